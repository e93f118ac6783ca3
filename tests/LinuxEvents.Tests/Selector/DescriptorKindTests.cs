using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Tests;

/// <summary>Every kind of descriptor can be awaited, and tells what its kind tells.</summary>
public sealed class DescriptorKindTests : IDisposable
{
    private readonly Selector _selector = new();

    public void Dispose() => _selector.Dispose();

    /// <summary>Awaits reading, makes it ready, and sees it.</summary>
    private void BecomesReadable(SafeHandle handle, Action makeReady) => _selector.RunUntilComplete(async () =>
    {
        using FdRegistration registration = _selector.Register(handle);
        Assert.Equal(PollEvents.None, await registration.WaitAsync(PollEvents.Read, TimeSpan.Zero));
        Task<PollEvents> waiting = registration.WaitAsync(PollEvents.Read).AsTask();
        Assert.False(waiting.IsCompleted);
        makeReady();
        Assert.True((await waiting).HasFlag(PollEvents.Read));
    });

    [Fact] // CHECKLIST 22
    public void An_eventfd_and_a_unix_socket()
    {
        using var counter = new TestCounter();
        BecomesReadable(counter.Handle, counter.Add);
        using var sockets = new TestSocketPair();
        BecomesReadable(sockets.Left, () => TestPipe.Write(sockets.Right));
    }

    [Fact] // CHECKLIST 22
    public void A_timerfd()
    {
        using var timer = new TimerFd(TimerClock.Monotonic);
        BecomesReadable(timer.Handle, () => timer.Set(TimeSpan.FromTicks(1)));
    }

    [Fact] // CHECKLIST 22
    public void A_pidfd()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("cat") { StandardInput = ChildStdio.Pipe });
        using var watched = new SafeFdHandle(NativeMethods.lxe_pidfd_open(child.Id, 0), ownsHandle: true);
        BecomesReadable(watched, () => child.StandardInput!.Dispose());
        child.WaitForExit();
    }

    [Fact] // CHECKLIST 22
    public void An_inotify_instance_and_a_fifo()
    {
        string directory = Directory.CreateTempSubdirectory("lxe-").FullName;
        try
        {
            using var inotify = new SafeFdHandle(NativeMethods.lxe_inotify_create(NativeMethods.LXE_NONBLOCK), ownsHandle: true);
            const uint Create = 0x100;
            Watch(inotify, directory, Create);
            string fifo = Path.Combine(directory, "fifo");
            BecomesReadable(inotify, () => Assert.Equal(0, Libc.mkfifo(fifo, 0x180)));

            const int ReadWriteNonBlockingCloseOnExec = 2 | 0x800 | 0x80000;
            using var both = new SafeFdHandle(Libc.open(fifo, ReadWriteNonBlockingCloseOnExec), ownsHandle: true);
            BecomesReadable(both, () => TestPipe.Write(both));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static unsafe void Watch(SafeFdHandle inotify, string directory, uint mask)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + "\0"))
            Assert.True(NativeMethods.lxe_inotify_add(inotify.Descriptor, path, mask) > 0);
    }

    [Fact] // CHECKLIST 22
    public void A_terminal()
    {
        const int ReadWriteNoControlNonBlockingCloseOnExec = 2 | 0x100 | 0x800 | 0x80000;
        using var master = new SafeFdHandle(Libc.open("/dev/ptmx", ReadWriteNoControlNonBlockingCloseOnExec), ownsHandle: true);
        if (master.IsInvalid)
            Assert.Skip("There is no /dev/ptmx here.");
        string name = Libc.UnlockTerminal(master);
        using var terminal = new SafeFdHandle(Libc.open(name, ReadWriteNoControlNonBlockingCloseOnExec), ownsHandle: true);
        BecomesReadable(master, () => TestPipe.Write(terminal));
    }

    [Fact] // CHECKLIST 22
    public void A_listening_socket_and_a_datagram_socket()
    {
        using Socket listener = Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        BecomesReadable(listener.SafeHandle, () => client.Connect(listener.LocalEndPoint!));

        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        BecomesReadable(receiver.SafeHandle, () => sender.SendTo([1], receiver.LocalEndPoint!));
    }

    [Fact] // CHECKLIST 16
    public void A_refused_and_a_reset_connection_end_every_wait_and_the_error_can_be_read()
    {
        EndPoint nobody;
        using (Socket closed = Listen())
            nobody = closed.LocalEndPoint!;
        using var refused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        // On the loopback interface the refusal comes within the call.
        SocketError connecting = Assert.Throws<SocketException>(() => refused.Connect(nobody)).SocketErrorCode;
        using FdRegistration refusal = _selector.Register(refused.SafeHandle);
        PollEvents events = _selector.RunUntilComplete(() => refusal.WaitAsync(PollEvents.Write).AsTask());
        Assert.True(events.HasFlag(PollEvents.Write | PollEvents.Close), $"{events}");
        Assert.Contains(SocketError.ConnectionRefused, (SocketError[])[connecting, PendingError(refused)]);

        using Socket listener = Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using FdRegistration registration = _selector.Register(client.SafeHandle);
        Task<PollEvents> reading = registration.WaitAsync(PollEvents.Priority).AsTask();
        using (Socket server = listener.Accept())
            server.LingerState = new LingerOption(true, 0);
        Assert.Equal(PollEvents.Error | PollEvents.Close, _selector.RunUntilComplete(() => reading));
        Assert.Equal(SocketError.ConnectionReset, PendingError(client));
    }

    private static SocketError PendingError(Socket socket) =>
        (SocketError)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;

    [Fact] // CHECKLIST 17
    public void Urgent_data_is_told_only_to_whoever_asks_for_it()
    {
        using Socket listener = Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using Socket server = listener.Accept();
        using FdRegistration registration = _selector.Register(server.SafeHandle);
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents> reading = registration.WaitAsync(PollEvents.Read).AsTask();
            Task<PollEvents> urgent = registration.WaitAsync(PollEvents.Priority).AsTask();
            client.Send([1], SocketFlags.OutOfBand);
            Assert.Equal(PollEvents.Priority, await urgent);
            Assert.False(reading.IsCompleted);
            client.Send([2]);
            Assert.Equal(PollEvents.Read, await reading);
        });
    }

    [Theory] // CHECKLIST 21
    [InlineData(TriggerMode.Level)]
    [InlineData(TriggerMode.Edge)]
    [InlineData(TriggerMode.OneShot)]
    public void Who_is_woken_for_nothing_waits_again(TriggerMode trigger)
    {
        using var pipe = new TestPipe();
        using FdRegistration reading = _selector.Register(pipe.ReadEnd, new RegistrationOptions { Trigger = trigger });
        int first = 0, second = 0;
        async Task Take(Action count)
        {
            while (true)
            {
                long sequence = reading.Sequence;
                await reading.WaitAsync(PollEvents.Read);
                if (pipe.Read() == 1)
                {
                    count();
                    return;
                }

                reading.MarkDrained(PollEvents.Read, sequence);
            }
        }

        _selector.RunUntilComplete(async () =>
        {
            // Both are woken (level, edge) by one byte: the second finds nothing, and must not be lost.
            Task[] readers = [Take(() => first++), Take(() => second++)];
            pipe.Write();
            await Task.WhenAny(readers);
            for (int i = 0; i < 5; i++)
                await Task.Yield();
            Assert.Equal(1, first + second);
            pipe.Write();
            await Task.WhenAll(readers);
        });
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }
}
