namespace LinuxEvents.Tests;

/// <summary>Races that must have exactly one outcome. Longer by ./build.sh soak.</summary>
[Trait("kind", "stress")]
public sealed class StressTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    [Fact] // CHECKLIST 23
    public async Task Cancel_racing_readiness_has_one_outcome()
    {
        using Selector selector = Selector.Start();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        int ready = 0, cancelled = 0, rounds = 0;
        foreach (int _ in Rounds.Of())
        {
            rounds++;
            using var cancellation = new CancellationTokenSource();
            ValueTask<PollEvents> waiting = reading.WaitAsync(PollEvents.Read, cancellation.Token);
            Task cancel = Task.Run(cancellation.Cancel);
            pipe.Write();
            try
            {
                Assert.Equal(PollEvents.Read, await waiting);
                ready++;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            await cancel;
            Assert.Equal(1, pipe.Read(10));
        }

        Assert.Equal(rounds, ready + cancelled);
    }

    [Fact] // CHECKLIST 24
    public async Task Timeout_racing_readiness_has_one_outcome_and_leaves_no_timer()
    {
        using Selector selector = Selector.Start();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        int ready = 0, timedOut = 0, rounds = 0;
        foreach (int i in Rounds.Of())
        {
            rounds++;
            ValueTask<PollEvents> waiting = reading.WaitAsync(PollEvents.Read, TimeSpan.FromMicroseconds(i % 50));
            pipe.Write();
            if (await waiting == PollEvents.Read)
                ready++;
            else
                timedOut++;
            Assert.Equal(1, pipe.Read(10));
        }

        Assert.Equal(rounds, ready + timedOut);
        Assert.Equal(0, selector.Timers.Count);
    }

    [Fact] // CHECKLIST 12
    public async Task Disposal_racing_readiness_has_one_outcome()
    {
        using Selector selector = Selector.Start();
        int outcomes = 0, rounds = 0;
        foreach (int _ in Rounds.Of(10))
        {
            rounds++;
            using var pipe = new TestPipe();
            FdRegistration reading = selector.Register(pipe.ReadEnd);
            ValueTask<PollEvents> waiting = reading.WaitAsync(PollEvents.Read);
            Task dispose = Task.Run(reading.Dispose);
            pipe.Write();
            try
            {
                await waiting;
            }
            catch (ObjectDisposedException)
            {
            }

            outcomes++;
            await dispose;
        }

        Assert.Equal(rounds, outcomes);
        Assert.Equal(0, selector.Registrations.Count);
    }

    [Fact] // CHECKLIST 26
    public void Selectors_that_are_disposed_while_everybody_uses_them_leave_nothing() => Descriptors.StayAsTheyWere(() =>
    {
        foreach (int _ in Rounds.Of(100))
        {
            Selector selector = Selector.Start();
            Task[] users = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                using var pipe = new TestPipe();
                try
                {
                    while (true)
                    {
                        using FdRegistration reading = selector.Register(pipe.ReadEnd);
                        pipe.Write();
                        await reading.WaitAsync(PollEvents.Read, TimeSpan.FromSeconds(100));
                        pipe.Read();
                        await selector.DelayAsync(TimeSpan.FromMicroseconds(10));
                        selector.Post(static () => { });
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            selector.InvokeAsync(async () => await selector.DelayAsync(TimeSpan.FromMicroseconds(300))).Wait();
            selector.Dispose();
            Task.WaitAll(users);
        }
    });

    [Fact] // CHECKLIST 10
    public async Task Registering_and_disposing_from_many_threads_leaves_nothing()
    {
        using Selector selector = Selector.Start();
        foreach (int _ in Rounds.Of(100))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    using var pipe = new TestPipe();
                    using FdRegistration reading = selector.Register(pipe.ReadEnd);
                    pipe.Write();
                    Assert.Equal(PollEvents.Read, await reading.WaitAsync(PollEvents.Read));
                }
            })));
        }

        Assert.Equal(0, selector.Registrations.Count);
    }

    [Fact]
    public async Task Dispose_ends_a_loop_that_has_hardly_begun()
    {
        foreach (int _ in Rounds.Of(10))
        {
            Selector selector = Selector.Start();
            selector.Post(static () => { });
            await Task.Run(selector.Dispose).WaitAsync(HangGuard);
        }
    }
}
