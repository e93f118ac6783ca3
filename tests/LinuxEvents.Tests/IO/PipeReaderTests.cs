using System.Buffers;
using System.IO.Pipelines;

namespace LinuxEvents.Tests;

/// <summary>Pipe readers over descriptors keep the semantics of System.IO.Pipelines.</summary>
public sealed class PipeReaderTests : FdStreamTest
{
    private void Read(Func<PipeReader, FdStream, Task> test, StreamPipeReaderOptions? options = null) => Descriptors.StayAsTheyWere(() =>
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (writer)
        {
            PipeReader input = reader.CreatePipeReader(options);
            Run(() => test(input, writer));
            input.Complete();
            Assert.False(reader.CanRead);
        }
    });

    [Fact]
    public void What_is_not_examined_is_there_at_once_and_what_is_examined_waits_for_more() => Read(async (input, writer) =>
    {
        await writer.WriteAsync("abc"u8.ToArray());
        ReadResult result = await input.ReadAsync();
        Assert.Equal("abc"u8.ToArray(), result.Buffer.ToArray());
        input.AdvanceTo(result.Buffer.GetPosition(1), result.Buffer.GetPosition(2));
        ValueTask<ReadResult> reading = input.ReadAsync();
        Assert.True(reading.IsCompletedSuccessfully);
        result = await reading;
        Assert.Equal("bc"u8.ToArray(), result.Buffer.ToArray());
        input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        reading = input.ReadAsync();
        Assert.False(reading.IsCompleted);
        await writer.WriteAsync("d"u8.ToArray());
        result = await reading;
        Assert.Equal("bcd"u8.ToArray(), result.Buffer.ToArray());
        input.AdvanceTo(result.Buffer.End);
    });

    [Fact]
    public void The_end_is_told_with_what_is_left() => Read(async (input, writer) =>
    {
        await writer.WriteAsync("abc"u8.ToArray());
        writer.Dispose();
        ReadResult result = await input.ReadAsync();
        Assert.False(result.IsCompleted);
        input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        for (int i = 0; i < 2; i++)
        {
            result = await input.ReadAsync();
            Assert.True(result.IsCompleted);
            Assert.Equal(3, result.Buffer.Length);
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        input.AdvanceTo(result.Buffer.End);
        result = await input.ReadAsync();
        Assert.True(result.IsCompleted && result.Buffer.IsEmpty);
    });

    [Fact]
    public void Lines_come_whole_whatever_pieces_they_come_in()
    {
        string[] lines = [.. Enumerable.Range(0, 2000).Select(i => new string((char)('a' + i % 26), i * 7 % 300))];
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        foreach (int piece in new[] { 1, 7, 100, 4096, 100_000 })
        {
            Read(async (input, writer) =>
            {
                List<string> got = [];
                async Task Write()
                {
                    int length = piece == 1 ? 5000 : bytes.Length;
                    for (int start = 0; start < length; start += piece)
                        await writer.WriteAsync(bytes.AsMemory(start, Math.Min(piece, length - start)));
                    writer.Dispose();
                }

                Task writing = Write();
                while (true)
                {
                    ReadResult result = await input.ReadAsync();
                    ReadOnlySequence<byte> buffer = result.Buffer;
                    while (buffer.PositionOf((byte)'\n') is { } end)
                    {
                        got.Add(System.Text.Encoding.UTF8.GetString(buffer.Slice(0, end).ToArray()));
                        buffer = buffer.Slice(buffer.GetPosition(1, end));
                    }

                    input.AdvanceTo(buffer.Start, buffer.End);
                    if (result.IsCompleted)
                        break;
                }

                await writing;
                Assert.Equal(lines.Take(got.Count), got);
                Assert.True(got.Count == lines.Length || piece == 1, $"{got.Count} lines");
            }, new StreamPipeReaderOptions(bufferSize: 100, minimumReadSize: 10));
        }
    }

    [Fact]
    public void A_pending_read_is_cancelled_once_and_a_coming_one_too() => Read(async (input, writer) =>
    {
        ValueTask<ReadResult> reading = input.ReadAsync();
        input.CancelPendingRead();
        ReadResult result = await reading;
        Assert.True(result.IsCanceled && result.Buffer.IsEmpty && !result.IsCompleted);
        input.AdvanceTo(result.Buffer.End);

        input.CancelPendingRead();
        input.CancelPendingRead();
        Assert.True((await input.ReadAsync()).IsCanceled);
        input.CancelPendingRead();
        Assert.True(input.TryRead(out result) && result.IsCanceled);

        reading = input.ReadAsync();
        await Turn();
        Assert.False(reading.IsCompleted);
        await writer.WriteAsync(new byte[1]);
        result = await reading;
        Assert.Equal((1, false), (result.Buffer.Length, result.IsCanceled));
        input.AdvanceTo(result.Buffer.End);
    });

    [Fact]
    public void A_token_ends_the_read_it_was_given_to_and_no_other() => Read(async (input, writer) =>
    {
        using var cancellation = new CancellationTokenSource();
        Task<ReadResult> reading = input.ReadAsync(cancellation.Token).AsTask();
        cancellation.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => input.ReadAsync(cancellation.Token).AsTask());
        ValueTask<ReadResult> next = input.ReadAsync();
        Assert.False(next.IsCompleted);
        await writer.WriteAsync(new byte[1]);
        ReadResult result = await next;
        Assert.False(result.IsCanceled);
        input.AdvanceTo(result.Buffer.End);

        // A token that comes too late is not for the next read.
        using var late = new CancellationTokenSource();
        next = input.ReadAsync(late.Token);
        await writer.WriteAsync(new byte[1]);
        while (!next.IsCompleted)
            await Turn();
        late.Cancel();
        input.AdvanceTo((await next).Buffer.End);
        next = input.ReadAsync();
        Assert.False(next.IsCompleted);
        await writer.WriteAsync(new byte[1]);
        Assert.False((await next).IsCanceled);
    });

    [Fact]
    public void Misuse_is_told() => Read(async (input, writer) =>
    {
        ValueTask<ReadResult> reading = input.ReadAsync();
        Assert.Throws<InvalidOperationException>(() => input.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => { _ = input.ReadAsync(); });
        Assert.Throws<InvalidOperationException>(() => reading.GetAwaiter().GetResult());
        await writer.WriteAsync(new byte[10]);
        ReadOnlySequence<byte> buffer = (await reading).Buffer;
        Assert.Throws<ArgumentOutOfRangeException>(() => input.AdvanceTo(buffer.End, buffer.Start));
        input.AdvanceTo(buffer.GetPosition(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => input.AdvanceTo(buffer.Start));
        input.Complete();
        input.Complete();
        Assert.Throws<InvalidOperationException>(() => input.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => { _ = input.ReadAsync(); });
    });

    [Fact]
    public void TryRead_takes_what_is_ready_and_does_not_wait() => Read(async (input, writer) =>
    {
        Assert.False(input.TryRead(out _));
        await writer.WriteAsync(new byte[10]);
        while (!input.TryRead(out ReadResult _))
            await Turn();
        Assert.True(input.TryRead(out ReadResult result));
        input.AdvanceTo(result.Buffer.End);
        Assert.False(input.TryRead(out _));
    });

    [Fact]
    public void Other_ways_to_read_work() => Read(async (input, writer) =>
    {
        byte[] sent = RandomBytes(300_000);
        async Task Write()
        {
            await writer.WriteAsync(sent);
            writer.Dispose();
        }

        Task writing = Write();
        ReadResult result = await input.ReadAtLeastAsync(100_000);
        Assert.True(result.Buffer.Length >= 100_000);
        input.AdvanceTo(result.Buffer.Start);
        using var copy = new MemoryStream();
        await input.CopyToAsync(copy);
        await writing;
        Assert.Equal(sent, copy.ToArray());
    });

    [Fact]
    public void Errors_and_disposal_reach_who_waits()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (writer)
        {
            PipeReader input = reader.CreatePipeReader();
            Run(async () =>
            {
                Task<ReadResult> reading = input.ReadAsync().AsTask();
                reader.Dispose();
                await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
                await Assert.ThrowsAsync<ObjectDisposedException>(() => input.ReadAsync().AsTask());
            });
            Assert.Throws<NotSupportedException>(() => writer.CreatePipeReader());
            Assert.Throws<NotSupportedException>(() => reader.CreatePipeWriter());
        }
    }

    [Fact]
    public async Task Cancel_racing_data_loses_nothing()
    {
        const int Rounds = 10_000;
        using Selector selector = Selector.Start();
        (FdStream reader, FdStream writer) = MakePipe(selector: selector);
        using (writer)
        {
            PipeReader input = reader.CreatePipeReader();
            byte[] sent = new byte[1];
            for (int i = 0; i < Rounds; i++)
            {
                ValueTask<ReadResult> reading = input.ReadAsync(CancellationToken.None);
                Task cancel = Task.Run(input.CancelPendingRead);
                sent[0] = (byte)i;
                await writer.WriteAsync(sent, CancellationToken.None);
                int cancelled = 0;
                ReadResult result = await reading;
                await cancel;
                while (result.IsCanceled || result.Buffer.IsEmpty)
                {
                    cancelled += result.IsCanceled ? 1 : 0;
                    input.AdvanceTo(result.Buffer.Start, result.Buffer.IsEmpty ? result.Buffer.End : result.Buffer.Start);
                    result = await input.ReadAsync(CancellationToken.None);
                }

                Assert.Equal((1, (byte)i), (result.Buffer.Length, result.Buffer.FirstSpan[0]));
                input.AdvanceTo(result.Buffer.End);
                if (cancelled == 0)
                    Assert.True(input.TryRead(out result) && result.IsCanceled && result.Buffer.IsEmpty);
                else
                    Assert.Equal(1, cancelled);
            }

            input.Complete();
        }
    }

    [Fact]
    public void Completing_ends_a_pending_read_as_cancelled() => Read(async (input, _) =>
    {
        ValueTask<ReadResult> reading = input.ReadAsync();
        input.Complete();
        Assert.True((await reading).IsCanceled);
    });
}
