using System.Buffers;
using System.IO.Pipelines;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Pipe writers over descriptors keep the semantics of System.IO.Pipelines.</summary>
public sealed class PipeWriterTests : FdStreamTest
{
    private void Write(Func<PipeWriter, FdStream, Task> test, StreamPipeWriterOptions? options = null) => Descriptors.StayAsTheyWere(() =>
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        {
            PipeWriter output = writer.CreatePipeWriter(options);
            Run(() => test(output, reader));
            output.Complete(new InvalidDataException());
            Assert.False(writer.CanWrite);
        }
    });

    [Fact]
    public void Nothing_is_written_before_the_flush_and_all_by_it() => Write(async (output, reader) =>
    {
        Assert.True(output.CanGetUnflushedBytes);
        output.Write("abc"u8);
        output.Write("de"u8);
        Assert.Equal(5, output.UnflushedBytes);
        byte[] buffer = new byte[10];
        ValueTask<int> reading = reader.ReadAsync(buffer);
        await Turn();
        Assert.False(reading.IsCompleted);
        FlushResult result = await output.FlushAsync();
        Assert.False(result.IsCanceled || result.IsCompleted);
        Assert.Equal(0, output.UnflushedBytes);
        Assert.Equal(5, await reading);
        Assert.Equal("abcde"u8.ToArray(), buffer[..5]);
        Assert.True(output.FlushAsync().IsCompletedSuccessfully);
    });

    [Fact]
    public void A_flush_of_many_blocks_is_one_system_call()
    {
        using var pipe = new AnonymousPipe(packets: true);
        using FdStream reader = pipe.OpenReader(Selector);
        PipeWriter output = pipe.OpenWriter(Selector).CreatePipeWriter(new StreamPipeWriterOptions(minimumBufferSize: 16));
        byte[] sent = RandomBytes(400);
        for (int i = 0; i < sent.Length; i += 100)
            output.Write(sent.AsSpan(i, 100));
        ValueTask<FlushResult> flushing = output.WriteAsync("and this"u8.ToArray());
        Assert.True(flushing.IsCompletedSuccessfully);
        byte[] buffer = new byte[1000];
        Assert.Equal(408, reader.ReadAsync(buffer).Result);
        Assert.Equal(sent, buffer[..400]);
        output.Complete();
    }

    [Fact]
    public void A_flush_waits_for_room() => Write(async (output, reader) =>
    {
        byte[] sent = RandomBytes(300_000), received = new byte[sent.Length];
        for (int i = 0; i < sent.Length; i += 1000)
            output.Write(sent.AsSpan(i, 1000));
        ValueTask<FlushResult> flushing = output.FlushAsync();
        Assert.False(flushing.IsCompleted);
        Assert.Equal(300_000 - 65_536, output.UnflushedBytes);
        await reader.ReadExactlyAsync(received);
        Assert.False((await flushing).IsCompleted);
        Assert.Equal(sent, received);
    });

    [Fact]
    public void What_is_written_at_once_need_not_stay_when_the_write_is_cancelled() => Write(async (output, reader) =>
    {
        byte[] sent = RandomBytes(200_000), received = new byte[sent.Length + 3];
        output.Write("abc"u8);
        byte[] lent = [.. sent];
        ValueTask<FlushResult> writing = output.WriteAsync(lent);
        output.CancelPendingFlush();
        FlushResult result = await writing;
        Assert.True(result.IsCanceled);
        Array.Clear(lent);
        Assert.Equal(200_003 - 65_536, output.UnflushedBytes);

        // What was not written is written by the next flush, once.
        Task<FlushResult> flushing = output.FlushAsync().AsTask();
        await reader.ReadExactlyAsync(received);
        Assert.False((await flushing).IsCanceled);
        Assert.Equal("abc"u8.ToArray(), received[..3]);
        Assert.Equal(sent, received[3..]);
    });

    [Fact]
    public void A_token_ends_the_flush_and_the_next_goes_on() => Write(async (output, reader) =>
    {
        using var cancellation = new CancellationTokenSource();
        output.Write(new byte[100_000]);
        Task<FlushResult> flushing = output.FlushAsync(cancellation.Token).AsTask();
        cancellation.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flushing);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Task reading = reader.ReadExactlyAsync(new byte[100_000]).AsTask();
        Assert.False((await output.FlushAsync()).IsCanceled);
        await reading;

        output.CancelPendingFlush();
        Assert.True((await output.WriteAsync(new byte[1])).IsCanceled);
        Assert.Equal(1, output.UnflushedBytes);
        await output.FlushAsync();
        Assert.Equal(1, await reader.ReadAsync(new byte[2]));
    });

    [Fact]
    public void A_reader_that_is_gone_completes_the_writer() => Write(async (output, reader) =>
    {
        output.Write(new byte[100_000]);
        ValueTask<FlushResult> flushing = output.FlushAsync();
        Assert.False(flushing.IsCompleted);
        reader.Dispose();
        Assert.True((await flushing).IsCompleted);
        Assert.Equal(0, output.UnflushedBytes);
        Assert.True((await output.WriteAsync(new byte[10])).IsCompleted);
    });

    [Fact]
    public void Other_errors_are_thrown()
    {
        FdStream full = FdStream.OpenAsync("/dev/full", FileAccess.Write, Selector).Result;
        PipeWriter output = full.CreatePipeWriter();
        output.Write("x"u8);
        Assert.Equal(Errno.ENOSPC, Assert.ThrowsAsync<LinuxEventsException>(() => output.FlushAsync().AsTask()).Result.Errno);
        Assert.Throws<LinuxEventsException>(() => output.Complete());
        Assert.False(full.CanWrite);
    }

    [Fact]
    public void Completion_writes_what_is_buffered_unless_it_is_for_an_error()
    {
        foreach (Exception? error in new[] { null, new InvalidDataException() })
        {
            foreach (bool synchronous in new[] { true, false })
            {
                (FdStream reader, FdStream writer) = MakePipe();
                PipeWriter output = writer.CreatePipeWriter();
                output.Write(new byte[200_000]);
                Task<int> reading = Task.Run(() =>
                {
                    byte[] buffer = new byte[1 << 20];
                    int total = 0, count;
                    while ((count = reader.Read(buffer)) > 0)
                        total += count;
                    return total;
                });
                if (synchronous)
                    output.Complete(error);
                else
                    Run(() => output.CompleteAsync(error).AsTask());
                output.Complete();
                Assert.Equal(error is null ? 200_000 : 0, reading.Result);
                Assert.Throws<InvalidOperationException>(() => output.GetMemory());
                Assert.Throws<InvalidOperationException>(() => { _ = output.FlushAsync(); });
                reader.Dispose();
            }
        }
    }

    [Fact]
    public void Misuse_is_told() => Write((output, reader) =>
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => output.GetMemory(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(1));
        Memory<byte> memory = output.GetMemory(10_000);
        Assert.True(memory.Length >= 10_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(memory.Length + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(-1));
        output.Write(new byte[1 << 20]);
        _ = output.FlushAsync();
        Assert.Throws<InvalidOperationException>(() => { _ = output.FlushAsync(); });
        Assert.Throws<InvalidOperationException>(() => output.GetSpan());
        return Task.CompletedTask;
    });

    [Fact]
    public void A_reader_and_a_writer_carry_a_protocol_of_lines_both_ways()
    {
        using var pair = new TestSocketPair();
        var left = new FdStream(pair.Left, Selector, ownsHandle: false);
        var right = new FdStream(pair.Right, Selector, ownsHandle: false);
        Run(async () =>
        {
            static async Task Echo(PipeReader input, PipeWriter output)
            {
                while (true)
                {
                    ReadResult result = await input.ReadAsync();
                    ReadOnlySequence<byte> buffer = result.Buffer;
                    while (buffer.PositionOf((byte)'\n') is { } end)
                    {
                        SequencePosition next = buffer.GetPosition(1, end);
                        foreach (ReadOnlyMemory<byte> segment in buffer.Slice(0, next))
                            output.Write(segment.Span);
                        buffer = buffer.Slice(next);
                    }

                    input.AdvanceTo(buffer.Start, buffer.End);
                    await output.FlushAsync();
                    if (result.IsCompleted)
                        break;
                }
            }

            Task echoing = Echo(right.CreatePipeReader(), right.CreatePipeWriter());
            PipeWriter output = left.CreatePipeWriter();
            using var lines = new StreamReader(left.CreatePipeReader(new StreamPipeReaderOptions(leaveOpen: true)).AsStream());
            for (int i = 0; i < 500; i++)
            {
                string line = new('x', i);
                output.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
                await output.FlushAsync();
                Assert.Equal(line, await lines.ReadLineAsync());
            }

            left.CompleteWrites();
            await echoing;
            right.CompleteWrites();
            Assert.Null(await lines.ReadLineAsync());
            right.Dispose();
            left.Dispose();
        });
    }

    [Fact]
    public void Completing_writes_what_is_buffered_though_a_cancellation_found_no_flush() => Write(async (output, reader) =>
    {
        output.Write("abc"u8);
        output.CancelPendingFlush();
        await output.CompleteAsync();
        Assert.Equal(3, await reader.ReadAsync(new byte[10]));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Completing_ends_a_pending_flush_as_cancelled_and_writes_nothing_twice(bool synchronously) => Write(async (output, reader) =>
    {
        byte[] sent = RandomBytes(200_000), received = new byte[sent.Length + 1];
        ValueTask<FlushResult> flushing = output.WriteAsync(sent);
        Assert.False(flushing.IsCompleted);
        if (synchronously)
            output.Complete();
        else
            await output.CompleteAsync();
        Assert.True((await flushing).IsCanceled);
        int count = 0, got;
        while ((got = await reader.ReadAsync(received.AsMemory(count))) > 0)
            count += got;
        Assert.True(received.AsSpan(0, count).SequenceEqual(sent.AsSpan(0, count)));
    });
}
