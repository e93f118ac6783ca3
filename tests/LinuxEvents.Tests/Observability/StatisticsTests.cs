using System.Diagnostics;

namespace LinuxEvents.Tests;

/// <summary>What a loop counts and measures. CHECKLIST 93.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public void A_selector_that_has_not_run_has_done_nothing()
    {
        using var selector = new Selector();
        Assert.Equal(default, selector.GetStatistics());
    }

    [Fact]
    public void Each_kind_of_work_is_counted()
    {
        using var selector = new Selector();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        SelectorStatistics inside = default;
        selector.RunUntilComplete(async () =>
        {
            pipe.Write();
            await reading.WaitAsync(PollEvents.Read);
            pipe.Read();
            await selector.DelayAsync(TimeSpan.Zero);
            await Task.Yield();
            Task waiting = reading.WaitAsync(PollEvents.Priority, TimeSpan.FromHours(1)).AsTask(), delay = selector.DelayAsync(TimeSpan.FromHours(1)).AsTask();
            selector.Post(static () => { });
            inside = selector.GetStatistics();
            Assert.False(waiting.IsCompleted | delay.IsCompleted);
        });
        Assert.Equal((1, 1, 1), (inside.Events, inside.TimersFired, inside.Posts));
        Assert.Equal((1, 1, 2, 1), (inside.Registrations, inside.PendingWaits, inside.PendingTimers, inside.PendingPosts));
        Assert.True(inside.Turns >= 2, $"{inside}");
        Assert.Equal(0, inside.WakeUps);
        selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(2, selector.GetStatistics().Posts);
        Assert.Equal(0, selector.GetStatistics().PendingPosts);
    }

    [Fact]
    public void An_event_that_is_served_in_parts_is_one_event()
    {
        using var selector = new Selector(new SelectorOptions { UnhandledException = static _ => { } });
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.Edge });
        selector.RunOnce(TimeSpan.Zero);
        long before = selector.GetStatistics().Events;
        int served = 0;
        selector.RunUntilComplete(() =>
        {
            for (int i = 0; i < 2; i++)
            {
                reading.WaitAsync(PollEvents.Read).GetAwaiter().UnsafeOnCompleted(() =>
                {
                    served++;
                    throw new InvalidDataException();
                });
            }

            return Task.CompletedTask;
        });
        pipe.Write();
        while (served < 2)
            selector.RunOnce(Timeout.InfiniteTimeSpan);
        selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(1, selector.GetStatistics().Events - before);
    }

    [Fact]
    public void A_look_without_sleeping_is_not_idle()
    {
        using var selector = new Selector();
        for (int i = 0; i < 100; i++)
            selector.RunOnce(TimeSpan.Zero);
        SelectorStatistics statistics = selector.GetStatistics();
        Assert.Equal(100, statistics.Turns);
        Assert.Equal(TimeSpan.Zero, statistics.Idle);
        Assert.True(statistics.Busy > TimeSpan.Zero);
    }

    [Fact]
    public void A_sleep_is_idle_and_work_is_busy()
    {
        using var selector = new Selector();
        selector.RunUntilComplete(() => selector.DelayAsync(TimeSpan.FromMilliseconds(20)).AsTask());
        SelectorStatistics slept = selector.GetStatistics();
        // The delay begins before the loop sleeps, and is never early.
        Assert.True(slept.Idle + slept.Busy >= TimeSpan.FromMilliseconds(20), $"{slept}");
        Assert.True(slept.Idle > TimeSpan.Zero);
        selector.Post(static () => WorkFor(TimeSpan.FromMilliseconds(20)));
        selector.RunOnce(TimeSpan.Zero);
        SelectorStatistics worked = selector.GetStatistics();
        Assert.Equal(slept.Idle, worked.Idle);
        Assert.True(worked.Busy - slept.Busy >= TimeSpan.FromMilliseconds(20), $"{worked}");
        Assert.True(worked.LongestTurn >= TimeSpan.FromMilliseconds(20), $"{worked}");
    }

    [Fact]
    public void Time_in_which_nobody_drives_the_loop_counts_as_neither()
    {
        using var selector = new Selector();
        selector.RunOnce(TimeSpan.Zero);
        SelectorStatistics before = selector.GetStatistics();
        WorkFor(TimeSpan.FromMilliseconds(2));
        Assert.Equal(before, selector.GetStatistics());
    }

    [Fact]
    public void Idle_and_busy_add_up_to_the_wall_time_whenever_one_looks()
    {
        using Selector selector = Selector.Start();
        selector.InvokeAsync(static () => Task.CompletedTask).Wait(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        Task work = selector.InvokeAsync(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                await selector.DelayAsync(TimeSpan.FromMicroseconds(i % 50));
                WorkFor(TimeSpan.FromMicroseconds(i % 70));
                if (i % 3 == 0)
                    await Task.Yield();
            }
        });

        (TimeSpan early, TimeSpan late, SelectorStatistics first) = Look(selector);
        SelectorStatistics before = first;
        long turnsUnderWay = 0;
        for (int i = 0; i < 20_000; i++)
        {
            (TimeSpan earlyNow, TimeSpan lateNow, SelectorStatistics now) = Look(selector);
            TimeSpan sum = now.Idle + now.Busy - first.Idle - first.Busy;
            // Four times are cut to 100 ns.
            Assert.InRange(sum.Ticks, (earlyNow - late).Ticks - 4, (lateNow - early).Ticks + 4);
            Assert.True(now.Idle >= before.Idle && now.Busy >= before.Busy && now.LongestTurn >= before.LongestTurn, $"{before} then {now}");
            Assert.True(now.Turns >= before.Turns && now.TimersFired >= before.TimersFired && now.Posts >= before.Posts, $"{before} then {now}");
            turnsUnderWay += now.Turns - before.Turns;
            before = now;
        }

        stop.Cancel();
        work.Wait(TestContext.Current.CancellationToken);
        Assert.True(turnsUnderWay > 0);
    }

    [Fact]
    public async Task A_sleep_and_a_turn_that_are_under_way_count()
    {
        using Selector selector = Selector.Start(new SelectorOptions { BlockingWait = BlockingWaitPolicy.Allow });
        await selector.InvokeAsync(static () => Task.CompletedTask);
        Until.True(() => IsSleeping(selector), "a sleep that lasts");
        TimeSpan busy = selector.GetStatistics().Busy;
        Until.True(() => selector.GetStatistics().Idle >= TimeSpan.FromMilliseconds(5), "5 ms of sleep");
        Assert.Equal(busy, selector.GetStatistics().Busy);

        using var release = new ManualResetEventSlim();
        selector.Post(release.Wait);
        Until.True(() => selector.GetStatistics().LongestTurn >= TimeSpan.FromMilliseconds(5), "a turn of 5 ms");
        TimeSpan idle = selector.GetStatistics().Idle;
        Until.True(() => selector.GetStatistics().Busy >= busy + TimeSpan.FromMilliseconds(10), "10 ms of work");
        Assert.Equal(idle, selector.GetStatistics().Idle);
        release.Set();
    }

    [Fact]
    public void Wake_ups_and_stalls_are_counted()
    {
        using Selector selector = Selector.Start(new SelectorOptions { StallThreshold = TimeSpan.FromMilliseconds(2), BlockingWait = BlockingWaitPolicy.Allow });
        using var release = new ManualResetEventSlim();
        Until.True(() => IsSleeping(selector), "a sleep that lasts");
        SelectorStatistics before = selector.GetStatistics();
        selector.Post(release.Wait);
        Assert.Equal(1, selector.GetStatistics().WakeUps - before.WakeUps);
        Until.True(() => selector.GetStatistics().Stalls > before.Stalls, "a stall while it is under way");
        release.Set();
        Until.True(() => IsSleeping(selector), "a sleep again");
        Assert.Equal(1, selector.GetStatistics().Stalls - before.Stalls);
    }

    [Fact]
    public void After_the_end_the_statistics_stay()
    {
        var selector = new Selector();
        selector.Post(static () => { });
        selector.Dispose();
        SelectorStatistics statistics = selector.GetStatistics();
        Assert.Equal(1, statistics.Posts);
        Assert.True(statistics.Busy > TimeSpan.Zero);
        Assert.Equal(statistics, selector.GetStatistics());
    }

    private static bool IsSleeping(Selector selector) =>
        selector.Activity.Look(out _, out long duration) == LoopState.Idle && duration > 1_000_000;

    private static (TimeSpan Early, TimeSpan Late, SelectorStatistics Statistics) Look(Selector selector)
    {
        long early = Stopwatch.GetTimestamp();
        SelectorStatistics statistics = selector.GetStatistics();
        return (Stopwatch.GetElapsedTime(0, early), Stopwatch.GetElapsedTime(0, Stopwatch.GetTimestamp()), statistics);
    }

    private static void WorkFor(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
            Thread.SpinWait(10);
    }
}
