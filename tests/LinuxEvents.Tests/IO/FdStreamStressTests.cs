namespace LinuxEvents.Tests;

/// <summary>Races of streams that must have exactly one outcome. Longer by ./build.sh soak.</summary>
[Trait("kind", "stress")]
public sealed class FdStreamStressTests : FdStreamTest
{
    [Fact]
    public async Task Cancel_racing_data_loses_no_byte_and_doubles_none()
    {
        using Selector selector = Selector.Start();
        (FdStream reader, FdStream writer) = MakePipe(selector: selector);
        using (reader)
        using (writer)
        {
            byte[] sent = new byte[1], got = new byte[8];
            int cancelled = 0, expected = 0, rounds = 0;
            foreach (int i in Rounds.Of())
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
                rounds++;
            }

            Assert.InRange(cancelled, 0, rounds);
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
            foreach (int i in Rounds.Of(10))
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
    public void A_cancellation_finds_a_read_that_goes_back_to_wait() => Run(async () =>
    {
        using var pair = new TestSocketPair();
        using var reader = new FdStream(pair.Left, Selector, ownsHandle: false);
        byte[][] buffers = [new byte[1], new byte[1]];
        foreach (int round in Rounds.Of())
        {
            // Both are told of one byte: who comes too late goes back, and is cancelled meanwhile.
            using var cancellation = new CancellationTokenSource();
            Task<int>[] reads = [reader.ReadAsync(buffers[0], cancellation.Token).AsTask(), reader.ReadAsync(buffers[1], cancellation.Token).AsTask()];
            Task other = Task.Run(() =>
            {
                TestPipe.Write(pair.Right);
                Thread.SpinWait(round % 64 * 32);
                cancellation.Cancel();
            });
            try
            {
                await Task.WhenAll(reads).WaitAsync(TimeSpan.FromMilliseconds(Until.Patience));
            }
            catch (OperationCanceledException)
            {
            }

            await other;
            int got = reads.Count(static read => read.IsCompletedSuccessfully);
            Assert.Equal(2 - got, reads.Count(static read => read.IsCanceled));
            Assert.Equal(1 - got, Math.Max(0, TestPipe.Read(pair.Left, 10)));
        }
    });

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Reads_from_everywhere_that_are_cancelled_at_any_moment_lose_no_byte(bool madeOnLoop, bool disposed)
    {
        const int Blocks = 20;
        using Selector selector = Selector.Start();
        foreach (int round in Rounds.Of(100))
        {
            using var pair = new TestSocketPair();
            using FdStream reader = await Make(pair.Left), writer = await Make(pair.Right);
            long written = 0, read = 0;
            using var ended = new CancellationTokenSource(Until.Patience);

            async Task Read(int seed)
            {
                var random = new Random(seed);
                byte[] buffer = new byte[50];
                while (true)
                {
#pragma warning disable CA2000 // Its cancellation may still come.
                    var cancellation = new CancellationTokenSource();
#pragma warning restore CA2000
                    if (random.Next(3) > 0)
                        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), cancellation, preferLocal: random.Next(2) == 0);
                    try
                    {
                        int count = await reader.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)), cancellation.Token);
                        if (count == 0)
                            return;
                        Interlocked.Add(ref read, count);
                    }
                    catch (OperationCanceledException)
                    {
                    }
                    catch (ObjectDisposedException) when (disposed)
                    {
                        return;
                    }

                    await Task.Yield();
                }
            }

            async Task Write(int seed)
            {
                var random = new Random(seed);
                try
                {
                    for (int i = 0; i < Blocks; i++)
                    {
                        byte[] block = new byte[random.Next(1, 3000)];
                        await writer.WriteAsync(block, CancellationToken.None);
                        Interlocked.Add(ref written, block.Length);
                        if (i == Blocks / 2 && disposed && seed % 2 == 0)
                            reader.Dispose();
                    }
                }
                catch (Exception gone) when (disposed && gone is ObjectDisposedException or LinuxEventsException)
                {
                }
            }

            Task[] readers = [Task.Run(() => Read(round)), selector.InvokeAsync(() => Read(round + 1)), selector.InvokeAsync(() => Read(round + 2))];
            Task[] writers = [Task.Run(() => Write(round)), selector.InvokeAsync(() => Write(round + 1))];
            if (disposed)
            {
                await Task.WhenAll(readers).WaitAsync(ended.Token);
                pair.Left.Dispose();
                await Task.WhenAll(writers).WaitAsync(ended.Token);
                continue;
            }

            await Task.WhenAll(writers).WaitAsync(ended.Token);
            writer.CompleteWrites();
            await Task.WhenAll(readers).WaitAsync(ended.Token);
            Assert.Equal(written, read);
        }

        async Task<FdStream> Make(SafeFdHandle end)
        {
            FdStream? stream = null;
            if (madeOnLoop)
                await selector.InvokeAsync(() => Task.FromResult(stream = new FdStream(end, selector, ownsHandle: false)));
            return stream ?? new FdStream(end, selector, ownsHandle: false);
        }
    }

    [Fact]
    public async Task Writers_that_give_up_in_line_leave_it_to_one_at_a_time()
    {
        var line = new WriterLine();
        int inside = 0, entered = 0, gaveUp = 0, rounds = 0;
        foreach (int _ in Rounds.Of(10))
        {
            rounds++;
            using var cancellation = new CancellationTokenSource();
            await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                try
                {
                    if (!line.TryEnter())
                    {
                        if (writer == 3)
                            Assert.True(line.Wait(Timeout.Infinite));
                        else
                            await line.WaitAsync(writer == 2 ? CancellationToken.None : cancellation.Token);
                    }
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref gaveUp);
                    return;
                }

                Assert.Equal(1, Interlocked.Increment(ref inside));
                cancellation.Cancel();
                Interlocked.Increment(ref entered);
                Interlocked.Decrement(ref inside);
                line.Leave();
            }))).WaitAsync(TimeSpan.FromMilliseconds(Until.Patience));
            Assert.True(line.TryEnter());
            line.Leave();
        }

        Assert.Equal(4 * rounds, entered + gaveUp);
    }

    [Fact]
    public void Disposal_racing_reads_and_writes_has_one_outcome_and_leaves_nothing() => Descriptors.StayAsTheyWere(() =>
    {
        using Selector selector = Selector.Start();
        foreach (int _ in Rounds.Of(10))
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
