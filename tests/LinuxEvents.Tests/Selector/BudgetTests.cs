namespace LinuxEvents.Tests;

/// <summary>Fairness: what one turn takes, and what one registration may have.</summary>
public sealed class BudgetTests
{
    [Fact] // CHECKLIST 85
    public void A_turn_runs_so_many_posts_in_order_and_looks_at_descriptors_in_between()
    {
        using var selector = new Selector(new SelectorOptions { PostsPerTurn = 10 });
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        List<int> ran = [];
        selector.Post(() => _ = Serve());
        for (int i = 0; i < 95; i++)
        {
            int number = i;
            selector.Post(() => ran.Add(number));
        }

        async Task Serve()
        {
            await reading.WaitAsync(PollEvents.Read);
            ran.Add(-1);
        }

        pipe.Write();
        Assert.True(selector.RunOnce(TimeSpan.Zero));
        Assert.Equal(Enumerable.Range(0, 9), ran);
        Assert.True(selector.RunOnce(Timeout.InfiniteTimeSpan));
        Assert.Equal([.. Enumerable.Range(0, 9), -1, .. Enumerable.Range(9, 10)], ran);
        while (selector.RunOnce(TimeSpan.Zero))
        {
        }

        ran.Remove(-1);
        Assert.Equal(Enumerable.Range(0, 95), ran);
    }

    [Fact]
    public void A_turn_fires_so_many_timers_and_goes_on_with_the_rest()
    {
        using var selector = new Selector(new SelectorOptions { TimersPerTurn = 10 });
        int fired = 0;
        async Task Wait()
        {
            await selector.DelayAsync(TimeSpan.FromTicks(1));
            fired++;
        }

        selector.RunUntilComplete(async () =>
        {
            Task all = Task.WhenAll(Enumerable.Range(0, 95).Select(_ => Wait()));
            int before = fired;
            while (!all.IsCompleted)
            {
                await Task.Yield();
                Assert.InRange(fired - before, 0, 10);
                before = fired;
            }
        });
        Assert.Equal(95, fired);
    }

    [Fact]
    public void What_was_posted_before_the_end_is_run_beyond_any_budget()
    {
        int ran = 0;
        var selector = new Selector(new SelectorOptions { PostsPerTurn = 1 });
        for (int i = 0; i < 5000; i++)
            selector.Post(() => ran++);
        selector.Dispose();
        Assert.Equal(5000, ran);
    }

    [Theory] // CHECKLIST 100
    [InlineData(TriggerMode.Level)]
    [InlineData(TriggerMode.Edge)]
    [InlineData(TriggerMode.OneShot)]
    public void A_registration_over_its_limit_pauses_and_recovers(TriggerMode trigger)
    {
        using Selector selector = ManualClock.NewSelector(out ManualClock clock);
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(
            pipe.ReadEnd, new RegistrationOptions { Trigger = trigger, RateLimit = new RateLimit(3, TimeSpan.FromMilliseconds(10)) });
        using var stop = new CancellationTokenSource();
        int served = 0;
        async void Serve()
        {
            try
            {
                while (true)
                {
                    long sequence = reading.Sequence;
                    if (pipe.Read() == 1)
                    {
                        served++;
                        continue;
                    }

                    reading.MarkDrained(PollEvents.Read, sequence);
                    await reading.WaitAsync(PollEvents.Read, stop.Token);
                }
            }
            catch (OperationCanceledException)
            {
            }
        }

        void Settle()
        {
            while (selector.RunOnce(TimeSpan.Zero))
            {
            }
        }

        selector.Post(Serve);
        Settle();
        for (int interval = 0; interval < 3; interval++)
        {
            int before = served;
            for (int i = 0; i < 3; i++)
            {
                pipe.Write();
                Settle();
                Assert.Equal(before + i + 1, served);
                Assert.False(reading.IsRateLimited);
            }

            // One too many: left alone, without spinning, for the rest of the interval.
            pipe.Write();
            Settle();
            Assert.Equal(before + 3, served);
            Assert.True(reading.IsRateLimited);
            clock.Advance(9_999_999);
            Settle();
            Assert.True(reading.IsRateLimited);
            clock.Advance(1);
            Settle();
            Assert.False(reading.IsRateLimited);
            Assert.Equal(before + 4, served);
            clock.Advance(20_000_000);
            Settle();
        }

        stop.Cancel();
        Settle();
        Assert.Equal(0, selector.Timers.Count);
    }

    [Fact]
    public void A_paused_registrations_waits_can_be_cancelled_and_disposed_and_leave_no_timer()
    {
        using Selector selector = ManualClock.NewSelector(out ManualClock clock);
        using var pipe = new TestPipe();
        FdRegistration reading = selector.Register(pipe.ReadEnd, new RegistrationOptions { RateLimit = new RateLimit(1, TimeSpan.FromSeconds(1)) });
        pipe.Write();
        selector.RunUntilComplete(async () =>
        {
            await reading.WaitAsync(PollEvents.Read);
            Task<PollEvents> second = reading.WaitAsync(PollEvents.Read).AsTask();
            using var cancellation = new CancellationTokenSource();
            Task third = reading.WaitAsync(PollEvents.Read, cancellation.Token).AsTask();
            while (!reading.IsRateLimited)
                await Task.Yield();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
            Assert.False(second.IsCompleted);
            Assert.Equal(1, selector.Timers.Count);
            reading.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        });
        Assert.Equal(0, selector.Timers.Count);
        clock.Advance(2_000_000_000);
        selector.RunOnce(TimeSpan.Zero);
    }

    [Fact]
    public void What_is_changed_in_the_options_afterwards_is_for_the_next_selector()
    {
        var options = new SelectorOptions { Name = "first", PostsPerTurn = 1 };
        using var selector = new Selector(options);
        options.Name = "second";
        options.PostsPerTurn = 2;
        int ran = 0;
        selector.Post(() => ran++);
        selector.Post(() => ran++);
        selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(("first", 1), (selector.Name, ran));
    }

    [Fact]
    public void Limits_must_be_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateLimit(0, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateLimit(1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Selector(new SelectorOptions { PostsPerTurn = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Selector(new SelectorOptions { TimersPerTurn = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Selector(new SelectorOptions { BlockingWaitThreshold = TimeSpan.FromTicks(-1) }));
        using var selector = new Selector();
        using var pipe = new TestPipe();
        Assert.Throws<ArgumentOutOfRangeException>(() => selector.Register(pipe.ReadEnd, new RegistrationOptions { RateLimit = default(RateLimit) }));
        Assert.Equal(0, selector.Registrations.Count);
    }
}
