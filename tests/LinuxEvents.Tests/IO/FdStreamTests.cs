using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Streams over descriptors: the readiness contract in reading and writing.</summary>
public sealed class FdStreamTests : FdStreamTest
{
    [Fact]
    public void What_is_there_is_read_without_the_loop()
    {
        (FdStream reader, FdStream writer) = MakePipe();
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
        (FdStream reader, FdStream writer) = MakePipe();
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
        (FdStream reader, FdStream writer) = MakePipe();
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
    public void A_megabyte_goes_each_way_at_once()
    {
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, Selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, Selector, ownsHandle: false);
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
        (FdStream reader, FdStream writer) = MakePipe();
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
    public void A_reader_with_a_small_buffer_gets_all()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                byte[] buffer = new byte[3];
                for (int round = 0; round < 3; round++)
                {
                    Task<int> first = reader.ReadAsync(buffer).AsTask();
                    await writer.WriteAsync(new byte[10]);
                    int got = await first;
                    while (got < 10)
                        got += await reader.ReadAsync(buffer);
                    Assert.Equal(10, got);
                }
            });
        }
    }

    [Fact]
    public void A_report_of_what_somebody_else_took_completes_nothing()
    {
        var pipe = new AnonymousPipe();
        using (pipe)
        using (FdStream reader = pipe.OpenReader(Selector))
        {
            Run(async () =>
            {
                byte[] buffer = new byte[4];
                ValueTask<int> reading = reader.ReadAsync(buffer);
                for (int round = 0; round < 3; round++)
                {
                    Assert.Equal(1, TestPipe.Write(pipe.Writer));
                    Assert.Equal(1, TestPipe.Read(pipe.Reader));
                    await Turn();
                    Assert.False(reading.IsCompleted);
                }

                Assert.Equal(2, TestPipe.Write(pipe.Writer, 2));
                Assert.Equal(2, await reading);
            });
        }
    }

    [Fact]
    public void Streams_that_share_a_description_read_everything_between_them()
    {
        const int Total = 20_000;
        using Selector one = Selector.Start(), other = Selector.Start();
        var pipe = new AnonymousPipe();
        using (pipe)
        using (FdStream left = pipe.OpenReader(one))
        using (FdStream right = new(new SafeFdHandle(NativeMethods.lxe_fd_dup(pipe.Reader.Descriptor, -1, 0), ownsHandle: true), other))
        using (FdStream writer = pipe.OpenWriter(one))
        {
            static async Task<int> Count(FdStream from)
            {
                byte[] buffer = new byte[7];
                int total = 0, count;
                while ((count = await from.ReadAsync(buffer)) > 0)
                    total += count;
                return total;
            }

            Task<int> lefts = Task.Run(() => Count(left)), rights = Task.Run(() => Count(right));
            for (int i = 0; i < Total / 10; i++)
                writer.Write(new byte[10]);
            writer.Dispose();
            Assert.Equal(Total, lefts.Result + rights.Result);
        }
    }

    [Fact]
    public void Several_reads_at_a_time_each_get_something()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                Task<int>[] readings = [.. Enumerable.Range(0, 5).Select(_ => reader.ReadAsync(new byte[1]).AsTask())];
                await writer.WriteAsync(new byte[3]);
                while (readings.Count(reading => reading.IsCompleted) < 3)
                    await Turn();
                await Turn();
                Assert.Equal(3, readings.Count(reading => reading.IsCompleted));
                writer.Dispose();
                Assert.Equal(3, (await Task.WhenAll(readings)).Sum());
            });
        }
    }

    [Fact]
    public void An_empty_read_waits_until_it_is_worth_reading()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                ValueTask<int> waiting = reader.ReadAsync(Memory<byte>.Empty);
                await Turn();
                Assert.False(waiting.IsCompleted);
                await writer.WriteAsync(new byte[5]);
                Assert.Equal(0, await waiting);
                Assert.Equal(5, await reader.ReadAsync(new byte[10]));
            });
        }
    }

    [Fact]
    public void A_stream_copies_itself_to_another()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        byte[] sent = RandomBytes(1 << 20);
        using (reader)
        using (var copy = new MemoryStream())
        {
            Run(async () =>
            {
                Task copying = reader.CopyToAsync(copy);
                await writer.WriteAsync(sent);
                writer.Dispose();
                await copying;
            });
            Assert.Equal(sent, copy.ToArray());
        }
    }
}
