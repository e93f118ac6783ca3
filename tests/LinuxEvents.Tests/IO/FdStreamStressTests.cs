namespace LinuxEvents.Tests;

/// <summary>Races that must have exactly one outcome, in numbers that fit a test.</summary>
public sealed class FdStreamStressTests : FdStreamTest
{
    private const int Rounds = 10_000;

    [Fact]
    public async Task Cancel_racing_data_loses_no_byte_and_doubles_none()
    {
        using Selector selector = Selector.Start();
        (FdStream reader, FdStream writer) = MakePipe(selector: selector);
        using (reader)
        using (writer)
        {
            byte[] sent = new byte[1], got = new byte[8];
            int cancelled = 0, expected = 0;
            for (int i = 0; i < Rounds; i++)
            {
                using var cancellation = new CancellationTokenSource();
                ValueTask<int> reading = reader.ReadAsync(got, cancellation.Token);
                Task cancel = Task.Run(cancellation.Cancel);
                sent[0] = (byte)i;
                await writer.WriteAsync(sent, CancellationToken.None);
                int count = 0;
                try
                {
                    count = await reading;
                }
                catch (OperationCanceledException e)
                {
                    Assert.Equal(cancellation.Token, e.CancellationToken);
                    cancelled++;
                }

                await cancel;
                if (count == 0)
                    count = await reader.ReadAsync(got, CancellationToken.None);
                Assert.Equal((1, (byte)expected++), (count, got[0]));
            }

            Assert.InRange(cancelled, 0, Rounds);
        }
    }

    [Fact]
    public async Task A_write_that_is_cancelled_has_written_a_beginning_and_nothing_later()
    {
        const int Length = 12_000;
        using Selector selector = Selector.Start();
        (FdStream reader, FdStream writer) = MakePipe(4096, selector);
        using (reader)
        using (writer)
        {
            // Each round's bytes are its number, and the first byte of the next round ends them.
            Task<List<int>> counting = Task.Run(async () =>
            {
                List<int> counts = [0];
                byte[] buffer = new byte[1000];
                int count;
                while ((count = await reader.ReadAsync(buffer)) > 0)
                {
                    foreach (byte value in buffer.AsSpan(0, count))
                    {
                        if (value != (byte)(counts.Count - 1))
                            counts.Add(0);
                        if (value != (byte)(counts.Count - 1))
                            Assert.Fail($"{value} in round {counts.Count - 1}");
                        counts[^1]++;
                    }
                }

                return counts;
            });
            List<bool> whole = [];
            byte[] sent = new byte[Length];
            for (int i = 0; i < Rounds / 10; i++)
            {
                using var cancellation = new CancellationTokenSource();
                await writer.WriteAsync(new byte[] { (byte)i }, CancellationToken.None);
                Array.Fill(sent, (byte)i);
                ValueTask writing = writer.WriteAsync(sent, cancellation.Token);
                Task cancel = Task.Run(cancellation.Cancel);
                try
                {
                    await writing;
                    whole.Add(true);
                }
                catch (OperationCanceledException)
                {
                    whole.Add(false);
                }

                await cancel;
            }

            writer.Dispose();
            List<int> counts = await counting;
            Assert.Equal(whole.Count, counts.Count);
            for (int i = 0; i < whole.Count; i++)
                Assert.True(whole[i] ? counts[i] == Length + 1 : counts[i] is >= 1 and < Length + 1, $"round {i}: {counts[i]} bytes, whole: {whole[i]}");
        }
    }

    [Fact]
    public void Disposal_racing_reads_and_writes_has_one_outcome_and_leaves_nothing() => Descriptors.StayAsTheyWere(() =>
    {
        using Selector selector = Selector.Start();
        for (int i = 0; i < Rounds / 10; i++)
        {
            (FdStream reader, FdStream writer) = MakePipe(selector: selector);
            Task<int> reading = reader.ReadAsync(new byte[10]).AsTask();
            Task writing = writer.WriteAsync(new byte[100_000]).AsTask();
            Task[] disposing = [Task.Run(reader.Dispose), Task.Run(writer.Dispose)];
            Task.WaitAll(disposing);
            Assert.True(Record.Exception(() => reading.Wait())?.InnerException is null or ObjectDisposedException);
            Exception? error = Record.Exception(writing.Wait)?.InnerException;
            Assert.True(error is ObjectDisposedException or LinuxEventsException { ErrnoName: "EPIPE" }, $"{error}");
        }

        Assert.Equal(0, selector.Registrations.Count);
    });
}
