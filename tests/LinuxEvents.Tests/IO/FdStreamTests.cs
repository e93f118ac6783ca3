using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Streams over descriptors.</summary>
public sealed class FdStreamTests : IDisposable
{
    private readonly Selector _selector = new();

    public void Dispose() => _selector.Dispose();

    private (FdStream Reader, FdStream Writer) Pipe()
    {
        (SafeFdHandle reader, SafeFdHandle writer) = LinuxEvents.Pipe.Create();
        return (new FdStream(reader, FileAccess.Read, _selector), new FdStream(writer, FileAccess.Write, _selector));
    }

    private void Run(Func<Task> main) => _selector.RunUntilComplete(main);

    [Fact]
    public void What_is_there_is_read_without_the_loop()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (reader)
        using (writer)
        {
            Assert.True(writer.WriteAsync("hello"u8.ToArray()).IsCompletedSuccessfully);
            ValueTask<int> reading = reader.ReadAsync(new byte[100]);
            Assert.True(reading.IsCompletedSuccessfully);
            Assert.Equal(5, reading.Result);
        }
    }

    [Fact]
    public void A_read_waits_for_data_and_for_the_end()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (reader)
        {
            Run(async () =>
            {
                byte[] buffer = new byte[3];
                ValueTask<int> reading = reader.ReadAsync(buffer);
                Assert.False(reading.IsCompleted);
                await writer.WriteAsync("abcd"u8.ToArray());
                Assert.Equal(3, await reading);
                Assert.Equal("abc"u8.ToArray(), buffer);
                Assert.Equal(1, await reader.ReadAsync(buffer));
                reading = reader.ReadAsync(buffer);
                Assert.False(reading.IsCompleted);
                writer.Dispose();
                Assert.Equal(0, await reading);
                Assert.Equal(0, await reader.ReadAsync(buffer));
            });
        }
    }

    [Fact]
    public void The_end_that_comes_with_the_last_bytes_is_not_lost()
    {
        // A short read says "drained" of a pipe; the hang-up that was reported with it must stay known.
        (FdStream reader, FdStream writer) = Pipe();
        using (reader)
        {
            Run(async () =>
            {
                ValueTask<int> reading = reader.ReadAsync(new byte[10]);
                writer.WriteAsync("x"u8.ToArray()).GetAwaiter().GetResult();
                writer.Dispose();
                Assert.Equal(1, await reading);
                Assert.Equal(0, await reader.ReadAsync(new byte[10]));
            });
        }
    }

    [Fact]
    public void The_half_close_of_a_socket_ends_the_reading_only()
    {
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, _selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, _selector, ownsHandle: false);
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
    public void A_megabyte_goes_each_way_at_once()
    {
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, _selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, _selector, ownsHandle: false);
        byte[] sent = new byte[1 << 20];
        new Random(1).NextBytes(sent);
        Run(async () =>
        {
            static async Task<byte[]> Receive(FdStream from)
            {
                byte[] received = new byte[1 << 20];
                await from.ReadExactlyAsync(received);
                return received;
            }

            Task[] writing = [left.WriteAsync(sent).AsTask(), right.WriteAsync(sent).AsTask()];
            Assert.All(writing, task => Assert.False(task.IsCompleted));
            byte[][] received = await Task.WhenAll(Receive(left), Receive(right));
            await Task.WhenAll(writing);
            Assert.All(received, bytes => Assert.Equal(sent, bytes));
        });
    }

    [Fact]
    public void Cancelling_leaves_the_stream_usable()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                using var cancellation = new CancellationTokenSource();
                ValueTask<int> reading = reader.ReadAsync(new byte[1], cancellation.Token);
                Task writing = writer.WriteAsync(new byte[1 << 20], cancellation.Token).AsTask();
                Assert.Equal(1, await reading);
                cancellation.Cancel();
                var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
                Assert.Equal(cancellation.Token, error.CancellationToken);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAsync(new byte[1], cancellation.Token).AsTask());

                byte[] buffer = new byte[1 << 20];
                Assert.InRange(await reader.ReadAsync(buffer), 1, 65536);
                reading = reader.ReadAsync(buffer);
                Assert.False(reading.IsCompleted);
                await writer.WriteAsync("z"u8.ToArray());
                Assert.Equal(1, await reading);
            });
        }
    }

    [Fact]
    public void A_write_without_a_reader_is_EPIPE_and_no_signal()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (writer)
        {
            reader.Dispose();
            Run(async () =>
            {
                for (int i = 0; i < 3; i++)
                {
                    var error = await Assert.ThrowsAsync<LinuxEventsException>(() => writer.WriteAsync(new byte[1]).AsTask());
                    Assert.Equal((Errno.EPIPE, "write"), (error.Errno, error.Call));
                }
            });
        }
    }

    [Fact]
    public void A_reader_that_goes_away_ends_a_write_that_waits()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (writer)
        {
            Run(async () =>
            {
                Task writing = writer.WriteAsync(new byte[1 << 20]).AsTask();
                Assert.False(writing.IsCompleted);
                reader.Dispose();
                Assert.Equal(Errno.EPIPE, (await Assert.ThrowsAsync<LinuxEventsException>(() => writing)).Errno);
            });
        }
    }

    [Fact]
    public void Disposing_ends_what_waits()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (writer)
        {
            Run(async () =>
            {
                Task<int> reading = reader.ReadAsync(new byte[1]).AsTask();
                await reader.DisposeAsync();
                await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
                await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.ReadAsync(new byte[1]).AsTask());
                Assert.False(reader.CanRead);
                reader.Dispose();
            });
        }
    }

    [Fact]
    public void Synchronous_operations_block_a_foreign_thread()
    {
        using Selector selector = Selector.Start();
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, selector, ownsHandle: false);
        byte[] sent = new byte[1 << 20];
        new Random(2).NextBytes(sent);
        var writer = new Thread(() => right.Write(sent));
        writer.Start();
        byte[] received = new byte[sent.Length];
        left.ReadExactly(received);
        writer.Join();
        Assert.Equal(sent, received);

        var echo = new Thread(() => right.WriteByte((byte)right.ReadByte()));
        echo.Start();
        left.WriteByte(200);
        Assert.Equal(200, left.ReadByte());
        echo.Join();
        TestSocketPair.Shutdown(pair.Right);
        Assert.Equal(-1, left.ReadByte());
    }

    [Fact]
    public void Synchronous_operations_are_refused_on_the_loop()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (reader)
        using (writer)
        {
            Run(() =>
            {
                Assert.Throws<InvalidOperationException>(() => reader.Read(new byte[1]));
                Assert.Throws<InvalidOperationException>(() => writer.WriteByte(1));
                writer.Flush();
                return Task.CompletedTask;
            });
        }
    }

    [Fact]
    public void A_wait_that_began_on_the_loop_continues_there_and_another_elsewhere()
    {
        using Selector selector = Selector.Start();
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, selector, ownsHandle: false);
        using var started = new ManualResetEventSlim();
        Task<bool> onLoop = selector.InvokeAsync(async () =>
        {
            ValueTask<int> reading = left.ReadAsync(new byte[1]);
            started.Set();
            await reading.ConfigureAwait(false);
            return selector.IsLoopThread;
        });
        started.Wait();
        right.WriteByte(1);
        Assert.True(onLoop.Result);

        async Task<bool> Elsewhere()
        {
            await left.ReadAsync(new byte[1]).ConfigureAwait(false);
            return selector.IsLoopThread;
        }

        Task<bool> elsewhere = Elsewhere();
        right.WriteByte(1);
        Assert.False(elsewhere.Result);
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
            using var reader = new FdStream(handle, FileAccess.Read, _selector);
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
                    await _selector.DelayAsync(TimeSpan.Zero);
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
        using (var writer = new FdStream(File.OpenHandle(path, FileMode.Open, FileAccess.Write), FileAccess.Write, _selector))
            Assert.True(writer.WriteAsync("text"u8.ToArray()).IsCompletedSuccessfully);
        using (var reader = new FdStream(File.OpenHandle(path), FileAccess.Read, _selector))
            Assert.Equal(4, reader.ReadAsync(new byte[10]).Result);
        File.Delete(path);
    }

    [Fact]
    public void A_handle_that_is_not_owned_stays_open_and_blocking_as_it_was()
    {
        (SafeFdHandle reader, SafeFdHandle writer) = LinuxEvents.Pipe.Create();
        using (reader)
        using (writer)
        {
            Assert.False(IsNonBlocking(reader));
            using (var stream = new FdStream(reader, FileAccess.Read, _selector, ownsHandle: false))
            {
                Assert.True(IsNonBlocking(reader));
                Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxEventsException>(() => new FdStream(reader, FileAccess.Read, _selector)).Errno);
                Assert.False(reader.IsClosed);
            }

            Assert.False(IsNonBlocking(reader));
        }
    }

    [Fact]
    public void Says_what_it_can_and_cannot()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (reader)
        using (writer)
        {
            Assert.Equal((true, false, false), (reader.CanRead, reader.CanWrite, reader.CanSeek));
            Assert.Equal((false, true, false), (writer.CanRead, writer.CanWrite, writer.CanSeek));
            Assert.Throws<NotSupportedException>(() => reader.WriteByte(1));
            Assert.Throws<NotSupportedException>(() => writer.ReadByte());
            Assert.Throws<NotSupportedException>(() => reader.Length);
            Assert.Throws<NotSupportedException>(() => reader.Position);
            Assert.Throws<NotSupportedException>(() => reader.Seek(0, SeekOrigin.Begin));
            Assert.Throws<NotSupportedException>(() => writer.SetLength(0));
        }

        using var none = new SafeFdHandle();
        Assert.Throws<ArgumentException>(() => new FdStream(none, FileAccess.Read, _selector));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FdStream(none, 0, _selector));
    }

    [Fact]
    public void The_older_asynchronous_pattern_works()
    {
        using Selector selector = Selector.Start();
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, selector, ownsHandle: false);
        byte[] buffer = new byte[4];
        IAsyncResult reading = left.BeginRead(buffer, 1, 3, null, null);
        right.EndWrite(right.BeginWrite("abc"u8.ToArray(), 0, 3, null, null));
        Assert.Equal(3, left.EndRead(reading));
        Assert.Equal("\0abc"u8.ToArray(), buffer);
    }

    [Fact]
    public void Nothing_stays_open() => Descriptors.StayAsTheyWere(() =>
    {
        (FdStream reader, FdStream writer) = Pipe();
        reader.Dispose();
        writer.Dispose();
    });

    [Fact]
    public void Reads_and_writes_that_wait_allocate_nothing()
    {
        (FdStream reader, FdStream writer) = Pipe();
        using (reader)
        using (writer)
        {
            byte[] bytes = new byte[16];
            Run(async () =>
            {
                async Task Rounds(int count)
                {
                    for (int i = 0; i < count; i++)
                    {
                        ValueTask<int> reading = reader.ReadAsync(bytes);
                        await writer.WriteAsync(bytes);
                        if (await reading != 16)
                            Assert.Fail("a short read");
                    }
                }

                await Rounds(500);
                long before = GC.GetAllocatedBytesForCurrentThread();
                await Rounds(1000);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
            });
        }
    }

    private static bool IsNonBlocking(SafeFdHandle handle)
    {
        string flags = File.ReadAllText($"/proc/self/fdinfo/{handle.Descriptor}").Split('\n').Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(flags[6..].Trim(), 8) & 0x800) != 0;
    }
}
