namespace LinuxEvents.Tests;

/// <summary>Everything that may end a wait for several, at once. Longer by ./build.sh soak.</summary>
[Trait("kind", "stress")]
public sealed class WaitAnyStressTests
{
    /// <summary>
    /// Two registrations become ready, a token is cancelled and a timer runs out, each on its own thread, while the wait begins on a fourth:
    /// one of them ends it, and every byte is found by somebody.
    /// </summary>
    [Theory]
    [InlineData(TriggerMode.Level)]
    [InlineData(TriggerMode.Edge)]
    [InlineData(TriggerMode.OneShot)]
    public async Task Readiness_twice_racing_a_token_and_a_timer_has_one_outcome_and_loses_nothing(TriggerMode trigger)
    {
        using Selector selector = Selector.Start();
        using TestPipe left = new(), right = new();
        var options = new RegistrationOptions { Trigger = trigger };
        using FdRegistration first = selector.Register(left.ReadEnd, options), second = selector.Register(right.ReadEnd, options);
        WaitTarget[] targets = [new(first, PollEvents.Read), new(second, PollEvents.Read)];
        int[] outcomes = new int[4];
        int rounds = 0;
        foreach (int i in Rounds.Of(2))
        {
            rounds++;
            using var cancellation = new CancellationTokenSource();
            Task[] racers = [Task.Run(() => left.Write()), Task.Run(() => right.Write()), Task.Run(cancellation.Cancel)];
            int outcome = 3;
            try
            {
                outcome = (await selector.WaitAnyAsync(targets, i % 5 == 0 ? TimeSpan.FromMicroseconds(i % 50) : Timeout.InfiniteTimeSpan, cancellation.Token)).Index;
            }
            catch (OperationCanceledException)
            {
            }

            outcomes[outcome < 0 ? 2 : outcome]++;
            Assert.False(first.HasWaits || second.HasWaits);
            await Task.WhenAll(racers);
            await Drain(left, first);
            await Drain(right, second);
        }

        Assert.Equal(rounds, outcomes.Sum());
        Assert.Equal(0, selector.Timers.Count);
    }

    /// <summary>The byte is reported to the next waiter, whoever ended the wait before.</summary>
    private static async Task Drain(TestPipe pipe, FdRegistration registration)
    {
        while (true)
        {
            long sequence = registration.Sequence;
            await registration.WaitAsync(PollEvents.Read);
            int count = pipe.Read();
            if (pipe.Read() < 0)
                registration.MarkDrained(PollEvents.Read, sequence);
            if (count == 1)
                return;
        }
    }

    [Fact]
    public async Task Disposal_of_a_registration_racing_readiness_of_another_has_one_outcome()
    {
        using Selector selector = Selector.Start();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        foreach (int _ in Rounds.Of(5))
        {
            using var other = new TestPipe();
            FdRegistration disposed = selector.Register(other.ReadEnd);
            ValueTask<WaitAnyResult> waiting = selector.WaitAnyAsync(
                [new(disposed, PollEvents.Read), new(reading, PollEvents.Read)], Timeout.InfiniteTimeSpan);
            Task dispose = Task.Run(disposed.Dispose);
            pipe.Write();
            try
            {
                Assert.Equal(1, (await waiting).Index);
            }
            catch (ObjectDisposedException)
            {
            }

            Assert.False(reading.HasWaits);
            await dispose;
            Assert.Equal(1, pipe.Read(10));
        }

        Assert.Equal(1, selector.Registrations.Count);
    }

    [Fact]
    public async Task Many_waits_for_the_same_descriptors_each_end_once()
    {
        using Selector selector = Selector.Start();
        using TestPipe left = new(), right = new();
        using FdRegistration first = selector.Register(left.ReadEnd), second = selector.Register(right.ReadEnd);
        WaitTarget[] targets = [new(first, PollEvents.Read), new(second, PollEvents.Read)];
        int got = 0, sent = 0;
        using var stop = new CancellationTokenSource();
        async Task Take()
        {
            try
            {
                while (true)
                {
                    WaitAnyResult result = await selector.WaitAnyAsync(targets, Timeout.InfiniteTimeSpan, stop.Token);
                    if ((result.Index == 0 ? left : right).Read() == 1)
                        Interlocked.Increment(ref got);
                }
            }
            catch (OperationCanceledException)
            {
            }
        }

        Task[] takers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(Take))];
        foreach (int i in Rounds.Of())
        {
            TestPipe pipe = i % 2 == 0 ? left : right;
            while (pipe.Write() < 0)
                await Task.Yield();
            sent++;
        }

        Until.True(() => Volatile.Read(ref got) == sent, () => $"{sent} bytes, but {got}");
        await stop.CancelAsync();
        await Task.WhenAll(takers);
        Assert.False(first.HasWaits || second.HasWaits);
    }
}
