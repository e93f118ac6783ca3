using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Tests;

/// <summary>Streams over every kind of descriptor.</summary>
public sealed class FdStreamKindTests : FdStreamTest
{
    [Fact]
    public void The_half_close_of_a_socket_ends_the_reading_only()
    {
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, Selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, Selector, ownsHandle: false);
        Run(async () =>
        {
            byte[] buffer = new byte[10];
            ValueTask<int> reading = left.ReadAsync(buffer);
            await right.WriteAsync("bye"u8.ToArray());
            TestSocketPair.Shutdown(pair.Right);
            Assert.Equal(3, await reading);
            Assert.Equal(0, await left.ReadAsync(buffer));
            await left.WriteAsync("still here"u8.ToArray());
            Assert.Equal(10, await right.ReadAsync(buffer));
        });
    }

    [Fact]
    public void A_named_pipe_without_writers_neither_spins_nor_ends_for_good()
    {
        string path = Path.Combine(Path.GetTempPath(), $"linuxevents-{Guid.NewGuid():N}");
        Assert.Equal(0, Libc.mkfifo(path, 0x180));
        try
        {
            // O_NONBLOCK: opens without a writer.
            using var handle = new SafeFdHandle(Libc.open(path, 0x800 | 0x80000), ownsHandle: true);
            using var reader = new FdStream(handle, FileAccess.Read, Selector);
            Run(async () =>
            {
                byte[] buffer = new byte[10];
                for (int round = 0; round < 2; round++)
                {
                    using (FileStream writer = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0))
                    {
                        ValueTask<int> reading = reader.ReadAsync(buffer);
                        Assert.False(reading.IsCompleted);
                        writer.WriteByte(1);
                        Assert.Equal(1, await reading);
                    }

                    Assert.Equal(0, await reader.ReadAsync(buffer));
                    // The loop sees the hang-up, which is no longer true in the next round.
                    await Selector.DelayAsync(TimeSpan.Zero);
                }
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Regular_files_are_always_ready()
    {
        string path = Path.GetTempFileName();
        using (var writer = new FdStream(File.OpenHandle(path, FileMode.Open, FileAccess.Write), FileAccess.Write, Selector))
            Assert.True(writer.WriteAsync("text"u8.ToArray()).IsCompletedSuccessfully);
        using (var reader = new FdStream(File.OpenHandle(path), FileAccess.Read, Selector))
            Assert.Equal(4, reader.ReadAsync(new byte[10]).Result);
        File.Delete(path);
    }

    [Fact]
    public void Devices_that_are_always_ready()
    {
        Run(async () =>
        {
            using FdStream nothing = await FdStream.OpenAsync("/dev/null", FileAccess.ReadWrite, Selector);
            await nothing.WriteAsync(new byte[100]);
            Assert.Equal(0, await nothing.ReadAsync(new byte[100]));
            using FdStream zeros = await FdStream.OpenAsync("/dev/zero", FileAccess.Read, Selector);
            Assert.Equal(100, await zeros.ReadAsync(new byte[100]));
            using FdStream full = await FdStream.OpenAsync("/dev/full", FileAccess.Write, Selector);
            Assert.Equal(Errno.ENOSPC, (await Assert.ThrowsAsync<LinuxEventsException>(() => full.WriteAsync(new byte[1]).AsTask())).Errno);
        });
    }

    [Fact]
    public void A_terminals_master_ends_when_the_other_side_is_closed()
    {
        Run(async () =>
        {
            using FdStream master = await FdStream.OpenAsync("/dev/ptmx", FileAccess.ReadWrite, Selector);
            string path = Libc.UnlockTerminal((SafeFdHandle)master.Handle);
            byte[] buffer = new byte[100];
            for (int round = 0; round < 2; round++)
            {
                using (FdStream terminal = await FdStream.OpenAsync(path, FileAccess.ReadWrite, Selector))
                {
                    ValueTask<int> reading = terminal.ReadAsync(buffer);
                    await master.WriteAsync("in\n"u8.ToArray());
                    Assert.Equal(3, await reading);
                    await terminal.WriteAsync("out"u8.ToArray());
                    // The echo, the line's end made two, and what was written.
                    byte[] all = new byte["in\r\nout"u8.Length];
                    await master.ReadExactlyAsync(all);
                    Assert.Equal("in\r\nout"u8.ToArray(), all);
                    reading = master.ReadAsync(buffer);
                    Assert.False(reading.IsCompleted);
                    terminal.Dispose();
                    Assert.Equal(0, await reading);
                }

                Assert.Equal(0, await master.ReadAsync(buffer));
            }
        });
    }

    [Fact]
    public void A_counter_gives_its_value_and_waits_for_the_next()
    {
        using var counter = new TestCounter(5);
        using var stream = new FdStream(counter.Handle, Selector, ownsHandle: false);
        Run(async () =>
        {
            byte[] buffer = new byte[8];
            Assert.Equal(8, await stream.ReadAsync(buffer));
            Assert.Equal(5, BitConverter.ToInt64(buffer));
            ValueTask<int> reading = stream.ReadAsync(buffer);
            Assert.False(reading.IsCompleted);
            await stream.WriteAsync(BitConverter.GetBytes(7L));
            Assert.Equal(8, await reading);
            Assert.Equal(7, BitConverter.ToInt64(buffer));
            await stream.WriteAsync(BitConverter.GetBytes(1L));
            Assert.Equal(Errno.EINVAL, (await Assert.ThrowsAsync<LinuxEventsException>(() => stream.ReadAsync(new byte[4]).AsTask())).Errno);
        });
    }

    [Fact]
    public void Messages_stay_apart_and_none_is_forgotten()
    {
        using var receiver = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        receiver.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        receiver.Connect(receiver.LocalEndPoint!);
        using var stream = new FdStream(receiver.SafeHandle, Selector, ownsHandle: false);
        Check(stream, stream);

        // A pipe of packets: a read is short though there is more.
        using var pipe = new AnonymousPipe(packets: true);
        using FdStream reader = pipe.OpenReader(Selector), writer = pipe.OpenWriter(Selector);
        Check(reader, writer);

        void Check(FdStream from, FdStream to) => Run(async () =>
        {
            byte[] buffer = new byte[100];
            ValueTask<int> reading = from.ReadAsync(buffer);
            for (int length = 1; length <= 5; length++)
                await to.WriteAsync(new byte[length]);
            Assert.Equal(1, await reading);
            for (int length = 2; length <= 5; length++)
                Assert.Equal(length, await from.ReadAsync(buffer));
            Assert.False(from.ReadAsync(buffer).IsCompleted);
        });
    }

    [Fact]
    public void Urgent_data_that_cuts_a_read_short_hides_nothing()
    {
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        using var stream = new FdStream(server.SafeHandle, Selector, ownsHandle: false);
        client.Send("abc"u8);
        client.Send("X"u8, System.Net.Sockets.SocketFlags.OutOfBand);
        client.Send("def"u8);
        Until.True(() => server.Available >= 3, "what comes before the mark");
        Run(async () =>
        {
            await Turn();
            byte[] buffer = new byte[100];
            int got = 0;
            while (got < 6)
                got += await stream.ReadAsync(buffer.AsMemory(got));
            Assert.Equal("abcdef"u8.ToArray(), buffer[..6]);
        });
    }

    [Fact]
    public void Changes_of_a_directory()
    {
        string directory = Directory.CreateTempSubdirectory("linuxevents-").FullName;
        using var stream = new FdStream(WatchCreations(directory), Selector);
        Assert.Equal((true, false), (stream.CanRead, stream.CanWrite));
        Run(async () =>
        {
            byte[] buffer = new byte[1000];
            ValueTask<int> reading = stream.ReadAsync(buffer);
            await Turn();
            Assert.False(reading.IsCompleted);
            File.WriteAllText(Path.Combine(directory, "new"), "");
            Assert.True(await reading > 16);
        });
        Directory.Delete(directory, recursive: true);
    }

    private static unsafe SafeFdHandle WatchCreations(string directory)
    {
        var inotify = new SafeFdHandle(NativeMethods.lxe_inotify_create(NativeMethods.LXE_NONBLOCK), ownsHandle: true);
        fixed (byte* path = System.Text.Encoding.UTF8.GetBytes(directory + '\0'))
            Assert.True(NativeMethods.lxe_inotify_add(inotify.Descriptor, path, NativeMethods.LXE_INOTIFY_CREATE) > 0);
        return inotify;
    }

    [Fact]
    public void A_socket_in_the_handle_of_a_pipe_is_read_message_by_message()
    {
        const int Packets = 5;
        using var pair = new TestSocketPair(Packets);
        using var pipe = new SafePipeHandle(pair.Left.Descriptor, ownsHandle: false);
        using var reader = new FdStream(pipe, Selector, ownsHandle: false);
        TestPipe.Write(pair.Right, 3);
        TestPipe.Write(pair.Right, 4);
        Run(async () =>
        {
            // Both are reported before the first is read: no further report will come.
            byte[] buffer = new byte[10];
            Assert.Equal(0, await reader.ReadAsync(Memory<byte>.Empty));
            await Turn();
            Assert.Equal(3, await reader.ReadAsync(buffer));
            ValueTask<int> second = reader.ReadAsync(buffer);
            Assert.True(second.IsCompleted);
            Assert.Equal(4, await second);
        });
    }
}
