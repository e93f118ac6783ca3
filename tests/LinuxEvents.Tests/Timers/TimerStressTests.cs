namespace LinuxEvents.Tests;

/// <summary>What must hold of timers however often it is tried. Longer by ./build.sh soak.</summary>
[Trait("kind", "stress")]
public sealed class TimerStressTests
{
    [Fact] // CHECKLIST 28
    public void No_path_is_early()
    {
        using var selector = new Selector();
        using var counter = new EventFd();
        using FdRegistration registration = selector.Register(counter.Handle);
        var random = new Random(28);
        var fired = new TaskCompletionSource();
        using var ticker = new PeriodicTicker(selector, TimeSpan.FromMicroseconds(20));
        long early = 0, began = 0;
        var raw = new LoopTimer(selector, _ => fired.SetResult());
        selector.RunUntilComplete(async () =>
        {
            foreach (int i in Rounds.Of())
            {
                // Whole ticks of 100 ns, mostly short.
                var span = TimeSpan.FromTicks(random.Next(1 << random.Next(1, 11)));
                var slack = TimeSpan.FromMicroseconds(random.Next(100));
                long now = selector.GetTimestamp(), due = now + span.Ticks * 100;
                switch (i % 8)
                {
                    case 0:
                        await selector.DelayAsync(span);
                        break;
                    case 1:
                        await selector.DelayAsync(span, slack);
                        break;
                    case 2:
                        await selector.DelayUntilAsync(due);
                        break;
                    case 3:
                        Assert.Equal(PollEvents.None, await registration.WaitAsync(PollEvents.Read, span));
                        break;
                    case 4:
                        fired = new TaskCompletionSource();
                        raw.Start(span, slack);
                        await fired.Task;
                        break;
                    case 5:
                        due = ticker.NextTick;
                        await ticker.WaitForNextTickAsync();
                        break;
                    case 6:
                        fired = new TaskCompletionSource();
                        using (selector.TimeProvider.CreateTimer(_ => fired.SetResult(), null, span, Timeout.InfiniteTimeSpan))
                            await fired.Task;
                        break;
                    default:
                        Assert.Equal(-1, (await selector.WaitAnyAsync([new WaitTarget(registration, PollEvents.Read)], span)).Index);
                        break;
                }

                began++;
                early += selector.GetTimestamp() < due ? 1 : 0;
            }
        });
        Assert.True(began > 0);
        Assert.Equal(0, early);
        Assert.Equal(0, selector.Timers.Count);
    }

    [Fact] // CHECKLIST 28
    public void No_sleep_of_a_loop_that_is_driven_by_hand_is_early()
    {
        using var selector = new Selector();
        long early = 0, rounds = 0;
        foreach (int i in Rounds.Of())
        {
            var span = TimeSpan.FromTicks(i % 1000);
            long due = selector.GetTimestamp() + span.Ticks * 100;
            Assert.False(selector.RunOnce(span));
            early += selector.GetTimestamp() < due ? 1 : 0;
            rounds++;
        }

        Assert.True(rounds > 0);
        Assert.Equal(0, early);
    }

    [Fact] // CHECKLIST 31
    public void A_cancellation_from_another_thread_has_one_outcome()
    {
        using Selector selector = Selector.Start();
        int cancelled = 0, rounds = 0;
        int[] fired = new int[1];
        var timer = new LoopTimer(selector, state => Interlocked.Increment(ref ((int[])state!)[0]), fired);
        foreach (int i in Rounds.Of())
        {
            rounds++;
            timer.Start(TimeSpan.FromMicroseconds(i % 30));
            Thread.SpinWait(i % 500);
            if (timer.Cancel())
            {
                cancelled++;
            }
            else
            {
                // It has fired or is about to: before that it may not be started anew, which would make this firing void.
                int expected = rounds - cancelled;
                Until.True(() => Volatile.Read(ref fired[0]) >= expected, "a timer that could not be cancelled");
            }

            Assert.Equal(rounds, cancelled + Volatile.Read(ref fired[0]));
        }

        Assert.Equal(0, selector.Timers.Count);
    }

    [Fact]
    public void Threads_that_start_restart_and_cancel_timers_at_will_lose_none()
    {
        using Selector selector = Selector.Start();
        const int Threads = 4, Each = 64;
        long[] fired = new long[Threads * Each];
        LoopTimer[] timers = [.. Enumerable.Range(0, fired.Length).Select(i => new LoopTimer(selector, _ => Interlocked.Increment(ref fired[i])))];
        foreach (int round in Rounds.Of(500))
        {
            Task.WaitAll([.. Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
            {
                var random = new Random(round * Threads + thread);
                for (int i = 0; i < 2000; i++)
                {
                    LoopTimer timer = timers[thread * Each + random.Next(Each)];
                    if (random.Next(3) == 0)
                        timer.Cancel();
                    else
                        timer.Start(TimeSpan.FromTicks(random.Next(1 << random.Next(24))), TimeSpan.FromMicroseconds(random.Next(50)));
                }
            }))]);
            // Whatever is left fires when it is started for now, each once; the loop is asked whether the last ones have.
            selector.InvokeAsync(() =>
            {
                foreach (LoopTimer timer in timers)
                    timer.Cancel();
                Array.Clear(fired);
                return Task.CompletedTask;
            }).Wait(TestContext.Current.CancellationToken);
            Assert.Equal(0, selector.Timers.Count);
            foreach (LoopTimer timer in timers)
                timer.Start(TimeSpan.FromMicroseconds(round % 50));
            Until.True(() => fired.All(static count => count > 0), "a timer that was started last");
            Assert.All(fired, static count => Assert.Equal(1, count));
        }
    }
}
