using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LinuxEvents.Examples;

/// <summary>
/// An echo server with one loop for each processor. One loop accepts; each connection lives on one loop from its begin to its end, so that
/// its code runs on one thread, without locks and without a hop to the thread pool.
/// </summary>
internal static class EchoServer
{
    public static async Task Main(string[] args)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, args.Length == 0 ? 0 : int.Parse(args[0], CultureInfo.InvariantCulture)));
        listener.Listen();
        Console.WriteLine($"listening on port {((IPEndPoint)listener.LocalEndPoint!).Port}");

        using SelectorGroup loops = SelectorGroup.Start(Environment.ProcessorCount, index => new SelectorOptions { Name = $"loop {index}", Processors = [index] });
        using FdRegistration incoming = loops[0].Register(listener.SafeHandle);
        while (true)
        {
            await incoming.WaitAsync(PollEvents.Read);
            Socket connection = listener.Accept();
            Selector loop = loops.Next();
            _ = loop.InvokeAsync(() => ServeAsync(connection, loop));
        }
    }

    private static async Task ServeAsync(Socket connection, Selector loop)
    {
        using (connection)
        await using (FdStream stream = new(connection.SafeHandle, FileAccess.ReadWrite, loop, ownsHandle: false))
        {
            byte[] buffer = new byte[4096];
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
                await stream.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
