using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Writes: whole, in line, many buffers at once, and to nobody.</summary>
public sealed class FdStreamWriteTests : FdStreamTest
{
    [Fact]
    public void A_write_without_a_reader_is_EPIPE_and_no_signal()
    {
        (FdStream reader, FdStream writer) = MakePipe();
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
        (FdStream reader, FdStream writer) = MakePipe();
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
    public void Writes_that_overlap_stay_whole()
    {
        const int Length = 200_000, Count = 5;
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                Task[] writing = [.. Enumerable.Range(0, Count).Select(i =>
                {
                    byte[] bytes = new byte[Length];
                    Array.Fill(bytes, (byte)i);
                    return writer.WriteAsync(bytes).AsTask();
                })];
                byte[] all = new byte[Length * Count];
                await reader.ReadExactlyAsync(all);
                await Task.WhenAll(writing);
                // In the order of the calls, too.
                for (int i = 0; i < Count; i++)
                    Assert.Equal(-1, all.AsSpan(i * Length, Length).IndexOfAnyExcept((byte)i));
            });
        }
    }

    [Fact]
    public void A_write_may_be_cancelled_in_line()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                using var cancellation = new CancellationTokenSource();
                Task first = writer.WriteAsync(new byte[100_000]).AsTask();
                Task second = writer.WriteAsync(new byte[10], cancellation.Token).AsTask();
                Task third = writer.WriteAsync(new byte[1]).AsTask();
                cancellation.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
                Assert.False(first.IsCompleted || third.IsCompleted);
                await reader.ReadExactlyAsync(new byte[100_001]);
                await first;
                await third;
            });
        }
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 0)]
    [InlineData(3, 5)]
    [InlineData(200, 7)]
    [InlineData(200, 4096)]
    public void Many_buffers_are_one_write(int count, int length)
    {
        (FdStream reader, FdStream writer) = MakePipe();
        byte[] sent = RandomBytes(count * length);
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                byte[] received = new byte[sent.Length];
                Task reading = reader.ReadExactlyAsync(received).AsTask();
                await writer.WriteAsync(TestSequence.Of(sent, length));
                await reading;
                Assert.Equal(sent, received);
            });
        }
    }

    [Fact]
    public void Many_buffers_take_one_system_call()
    {
        // A pipe of packets tells the calls apart.
        using var pipe = new AnonymousPipe(packets: true);
        using FdStream reader = pipe.OpenReader(Selector), writer = pipe.OpenWriter(Selector);
        Assert.True(writer.WriteAsync(TestSequence.Of(new byte[90], 3)).IsCompletedSuccessfully);
        Assert.Equal(90, reader.ReadAsync(new byte[100]).Result);
    }

    [Fact]
    public void The_half_close_of_a_socket_ends_the_peers_reading_only()
    {
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, Selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, Selector, ownsHandle: false);
        Run(async () =>
        {
            byte[] buffer = new byte[10];
            ValueTask<int> reading = left.ReadAsync(buffer);
            await right.WriteAsync("bye"u8.ToArray());
            right.CompleteWrites();
            Assert.Equal(3, await reading);
            Assert.Equal(0, await left.ReadAsync(buffer));
            await left.WriteAsync("still here"u8.ToArray());
            Assert.Equal(10, await right.ReadAsync(buffer));
            Assert.Equal(Errno.EPIPE, (await Assert.ThrowsAsync<LinuxEventsException>(() => right.WriteAsync(buffer).AsTask())).Errno);
        });
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
            Assert.Equal(Errno.ENOTSOCK, Assert.Throws<LinuxEventsException>(writer.CompleteWrites).Errno);
    }
}
