using System.IO.Pipelines;

namespace LinuxEvents.Tests;

/// <summary>
/// Streams over sockets of the Unix domain that are made on the loop's thread: there a short read is followed by a wait, though it does not prove
/// that the socket is empty.
/// </summary>
public sealed class FdStreamSocketTests : FdStreamTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(Until.Patience);

    private void RunPair(Func<FdStream, FdStream, Task> test) => Run(async () =>
    {
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, Selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, Selector, ownsHandle: false);
        await test(left, right).WaitAsync(s_patience);
    });

    [Fact]
    public void A_message_takes_one_event_one_read_and_one_write() => RunPair(async (left, right) =>
    {
        const int Count = 1000;
        Task echo = Echo(right);
        byte[] buffer = new byte[64];
        await left.WriteAsync(buffer.AsMemory(0, 16));
        Assert.Equal(16, await left.ReadAsync(buffer));
        (long events, long reads, long writes) = (Selector.GetStatistics().Events, Calls("syscr"), Calls("syscw"));
        for (int i = 0; i < Count; i++)
        {
            await left.WriteAsync(buffer.AsMemory(0, 16));
            Assert.Equal(16, await left.ReadAsync(buffer));
        }

        Assert.Equal(2 * Count, Selector.GetStatistics().Events - events);
        // Reading what was counted counts, too.
        Assert.InRange(Calls("syscr") - reads, 2 * Count, 2 * Count + 10);
        Assert.InRange(Calls("syscw") - writes, 2 * Count, 2 * Count + 10);
        right.CompleteWrites();
        left.CompleteWrites();
        await echo;
    });

    [Fact]
    public void A_descriptor_that_cuts_a_read_short_hides_nothing() => RunPair(async (left, right) =>
    {
        byte[] buffer = new byte[10];
        for (int i = 0; i < 3; i++)
        {
            Libc.SendDescriptor((SafeFdHandle)right.Handle, 1);
            await right.WriteAsync(new byte[2]);
            Assert.Equal(1, await left.ReadAsync(buffer));
            Assert.Equal(2, await left.ReadAsync(buffer));
        }
    });

    [Fact]
    public void Much_goes_each_way_at_once() => RunPair(async (left, right) =>
    {
        byte[] sent = RandomBytes(1 << 20), received = new byte[1 << 20], answer = new byte[1 << 20];
        Task[] all = [
            left.WriteAsync(sent).AsTask(), right.WriteAsync(sent).AsTask(),
            left.ReadExactlyAsync(received).AsTask(), right.ReadExactlyAsync(answer).AsTask()];
        await Task.WhenAll(all);
        Assert.Equal(sent, received);
        Assert.Equal(sent, answer);
    });

    [Fact]
    public void What_nobody_reads_does_not_keep_the_loop_busy() => RunPair(async (left, right) =>
    {
        byte[] buffer = new byte[10];
        ValueTask<int> first = left.ReadAsync(buffer);
        await right.WriteAsync(new byte[1]);
        Assert.Equal(1, await first);
        await right.WriteAsync(new byte[1]);
        right.Handle.Dispose();
        right.Dispose();
        long events = Selector.GetStatistics().Events;
        for (int i = 0; i < 100; i++)
            await Turn();
        Assert.InRange(Selector.GetStatistics().Events - events, 0, 5);
        Assert.Equal(1, await left.ReadAsync(buffer));
        Assert.Equal(0, await left.ReadAsync(buffer));
        Assert.Equal(0, await left.ReadAsync(buffer));
    });

    [Fact]
    public void A_stream_of_the_loop_works_elsewhere_too() => RunPair((left, right) => Task.Run(async () =>
    {
        Task echo = Echo(right);
        byte[] buffer = new byte[64];
        for (int i = 0; i < 1000; i++)
        {
            await left.WriteAsync(buffer.AsMemory(0, 16));
            Assert.Equal(16, await left.ReadAsync(buffer));
            Assert.False(Selector.IsLoopThread);
        }

        left.CompleteWrites();
        await echo;
        // What has come is read there without asking the loop.
        await right.WriteAsync(new byte[3]);
        ValueTask<int> reading = left.ReadAsync(buffer);
        Assert.True(reading.IsCompleted);
        Assert.Equal(3, await reading);
    }));

    [Fact]
    public void Synchronous_writes_sleep_while_there_is_no_room() => RunPair((left, right) => Task.Run(() =>
    {
        byte[] sent = RandomBytes(1 << 20), received = new byte[1 << 20];
        int thread = 0;
        var writer = new Thread(() =>
        {
            thread = Libc.gettid();
            left.Write(sent);
        });
        writer.Start();
        Until.True(() => thread != 0 && ProcFs.Sleeps(thread), "a sleeping writer");
        right.ReadExactly(received);
        writer.Join();
        Assert.Equal(sent, received);
    }));

    [Fact]
    public void TryRead_finds_what_no_wait_has_been_told_of() => RunPair(async (left, right) =>
    {
        PipeReader input = left.CreatePipeReader();
        for (int i = 0; i < 3; i++)
        {
            await right.WriteAsync(new byte[3]);
            Assert.True(input.TryRead(out ReadResult result));
            input.AdvanceTo(result.Buffer.End);
        }

        Assert.False(input.TryRead(out _));
        input.Complete();
    });

    [Fact]
    public void The_ends_of_both_sides_are_told() => RunPair(async (left, right) =>
    {
        ValueTask<int> reading = left.ReadAsync(new byte[10]);
        right.CompleteWrites();
        Assert.Equal(0, await reading);
        await left.WriteAsync(new byte[1]);
        Assert.Equal(1, await right.ReadAsync(new byte[10]));
        ValueTask writing = left.WriteAsync(new byte[1 << 20]);
        right.Handle.Dispose();
        right.Dispose();
        Assert.Equal("EPIPE", (await Assert.ThrowsAsync<LinuxEventsException>(() => writing.AsTask())).ErrnoName);
        reading = left.ReadAsync(new byte[10]);
        left.Dispose();
        Assert.True(reading.IsCompleted);
    });

    private static async Task Echo(FdStream stream)
    {
        byte[] buffer = new byte[64];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            await stream.WriteAsync(buffer.AsMemory(0, count));
    }

    /// <summary>How many calls this thread has made.</summary>
    private static long Calls(string kind) =>
        long.Parse(File.ReadLines("/proc/thread-self/io").Single(line => line.StartsWith(kind, StringComparison.Ordinal))[(kind.Length + 1)..]);
}
