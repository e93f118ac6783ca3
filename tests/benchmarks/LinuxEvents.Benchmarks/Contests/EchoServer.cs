using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>An echo server on descriptor 3, which native/echo/client.c drives.</summary>
internal static class EchoServer
{
    private const int Listener = 3;

    public static int Run(string style)
    {
        if (style == "socket")
        {
            ServeSockets().Wait();
            return 0;
        }

        using Selector selector = new();
        selector.RunUntilComplete(() => Accept(selector, style == "stream"));
        return 0;
    }

    private static async Task Accept(Selector selector, bool streams)
    {
        using FdRegistration listener = selector.Register(new SafeFdHandle(Listener, ownsHandle: true), new RegistrationOptions { OwnsHandle = true });
        while (true)
        {
            await listener.WaitAsync(PollEvents.Read);
            int connection = Libc.Accept(Listener);
            if (connection >= 0)
                _ = streams ? ServeStream(selector, connection) : Serve(selector, connection);
        }
    }

    private static async Task Serve(Selector selector, int connection)
    {
        using FdRegistration registration = selector.Register(
            new SafeFdHandle(connection, ownsHandle: true), new RegistrationOptions { OwnsHandle = true, Trigger = TriggerMode.Edge });
        byte[] buffer = new byte[4096];
        while (true)
        {
            PollEvents events = await registration.WaitAsync(PollEvents.Read);
            long sequence = registration.Sequence;
            int count = Echo(connection, buffer);
            if (count == 0 && (events & PollEvents.Close) != 0)
                return;
            if (count < buffer.Length)
                registration.MarkDrained(PollEvents.Read, sequence);
        }
    }

    // Not inlined: within the try block that an async method is, each native call would go through a stub.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Echo(int connection, byte[] buffer)
    {
        int count = Libc.Read(connection, buffer);
        if (count > 0)
            Libc.Write(connection, buffer.AsSpan(0, count));
        return count;
    }

    private static async Task ServeStream(Selector selector, int connection)
    {
        await using FdStream stream = new(new SafeFdHandle(connection, ownsHandle: true), FileAccess.ReadWrite, selector);
        byte[] buffer = new byte[4096];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            await stream.WriteAsync(buffer.AsMemory(0, count));
    }

    private static async Task ServeSockets()
    {
        using Socket listener = new(new SafeSocketHandle(Listener, ownsHandle: true));
        while (true)
            _ = ServeSocket(await listener.AcceptAsync());
    }

    private static async Task ServeSocket(Socket socket)
    {
        using (socket)
        {
            byte[] buffer = new byte[4096];
            for (int count; (count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None)) > 0;)
                await socket.SendAsync(buffer.AsMemory(0, count), SocketFlags.None);
        }
    }
}
