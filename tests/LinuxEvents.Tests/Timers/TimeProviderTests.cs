using System.Diagnostics;

namespace LinuxEvents.Tests;

/// <summary>.NET's own timers on a loop, and a loop in a provider's time.</summary>
public sealed class TimeProviderTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact]
    public void Tasks_timers_and_tokens_run_on_a_loops_time()
    {
        using var selector = new Selector();
        selector.RunUntilComplete(async () =>
        {
            TimeProvider time = selector.TimeProvider;
            long start = time.GetTimestamp();
            await Task.Delay(TimeSpan.FromMilliseconds(2), time);
            Assert.True(selector.IsLoopThread);
            Assert.True(time.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(2));

            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), time);
            for (int i = 0; i < 5; i++)
                Assert.True(await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken));
            Assert.True(time.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(7));

            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(1), time);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.InfiniteTimeSpan, source.Token));
            await Assert.ThrowsAsync<TimeoutException>(() => new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromMilliseconds(1), time));
        });
        Assert.InRange((selector.TimeProvider.GetUtcNow() - DateTimeOffset.UtcNow).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal(TimeZoneInfo.Local, selector.TimeProvider.LocalTimeZone);
    }

    [Fact] // CHECKLIST 28
    public void Dotnets_delays_on_a_loop_are_never_early_and_need_not_be_awaited_there()
    {
        using Selector selector = Selector.Start();
        for (int i = 0; i < 50; i++)
        {
            // .NET rounds down to whole milliseconds before the provider sees it.
            TimeSpan delay = TimeSpan.FromMilliseconds(i % 4);
            long start = Stopwatch.GetTimestamp();
            Task.Delay(delay, selector.TimeProvider).Wait(TestContext.Current.CancellationToken);
            Assert.True(Stopwatch.GetElapsedTime(start) >= delay);
        }
    }

    [Fact]
    public void A_timer_fires_repeats_changes_and_ends_as_dotnet_has_it()
    {
        var provider = new ManualTimeProvider();
        using var selector = new Selector(new SelectorOptions { TimeProvider = provider });
        List<int> fired = [];
        var flowing = new AsyncLocal<int> { Value = 7 };
        ITimer timer = selector.TimeProvider.CreateTimer(
            state => fired.Add((int)state! + flowing.Value), 35, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        flowing.Value = 0;
        void Pass(double seconds)
        {
            selector.RunOnce(TimeSpan.Zero);
            provider.Advance(TimeSpan.FromSeconds(seconds));
            while (selector.RunOnce(TimeSpan.Zero) || selector.Timers.Next <= selector.GetTimestamp())
            {
            }
        }

        Pass(0.9);
        Assert.Empty(fired);
        Pass(0.1);
        Assert.Equal([42], fired);
        Pass(1.9);
        Assert.Single(fired);
        Pass(0.1);
        Assert.Equal(2, fired.Count);
        // What is missed is left out, and the rhythm stays.
        Pass(7);
        Assert.Equal(3, fired.Count);
        Pass(1);
        Assert.Equal(4, fired.Count);
        Assert.True(timer.Change(TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan));
        Pass(9);
        Assert.Equal(4, fired.Count);
        Pass(1);
        Pass(100);
        Assert.Equal(5, fired.Count);
        Assert.True(timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        timer.Dispose();
        Pass(10);
        Assert.Equal(5, fired.Count);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal(0, selector.Timers.Count);
        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => selector.TimeProvider.CreateTimer(_ => { }, null, TimeSpan.FromDays(50), TimeSpan.Zero));
    }

    [Fact]
    public async Task Who_disposes_a_timer_can_wait_for_its_callback()
    {
        using Selector selector = Selector.Start();
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        ITimer timer = selector.TimeProvider.CreateTimer(
            _ =>
            {
                entered.Set();
                leave.Wait();
            }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        entered.Wait(TestContext.Current.CancellationToken);
        Task disposal = timer.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        leave.Set();
        await disposal.WaitAsync(TimeSpan.FromMilliseconds(Until.Patience), TestContext.Current.CancellationToken);
    }

    [Fact] // CHECKLIST 40
    public void Virtual_time_fires_in_order_and_advances_by_itself_without_real_sleep()
    {
        var provider = new ManualTimeProvider();
        using var selector = new Selector(new SelectorOptions { TimeProvider = provider, AutoAdvance = provider.Advance });
        List<string> done = [];
        long start = Stopwatch.GetTimestamp();
        selector.RunUntilComplete(async () =>
        {
            async Task StepAsync(string name, TimeSpan delay)
            {
                await selector.DelayAsync(delay);
                done.Add($"{name} at {(provider.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalHours}");
            }

            await Task.WhenAll(
                StepAsync("week", s_hour * 168), StepAsync("hour", s_hour), StepAsync("day", s_hour * 24),
                selector.InvokeAsync(async () =>
                {
                    await Task.Delay(s_hour * 3, selector.TimeProvider);
                    await StepAsync("after three", s_hour * 2);
                }));
        });
        Assert.Equal("hour at 1, after three at 5, day at 24, week at 168", string.Join(", ", done));
        Assert.Equal(5, provider.Advances);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(5));
        Assert.Equal(0, selector.Timers.Count);
    }

    [Fact] // CHECKLIST 40
    public void Time_stands_while_real_input_is_awaited()
    {
        var provider = new ManualTimeProvider();
        using var counter = new EventFd();
        using var selector = new Selector(new SelectorOptions { TimeProvider = provider, AutoAdvance = provider.Advance });
        using FdRegistration registration = selector.Register(counter.Handle);
        DateTimeOffset before = provider.GetUtcNow();
        selector.RunUntilComplete(async () =>
        {
            Task delay = selector.DelayAsync(s_hour).AsTask();
            ValueTask<PollEvents> wait = registration.WaitAsync(PollEvents.Read);
            _ = Task.Run(() => counter.Write(1), TestContext.Current.CancellationToken);
            await wait;
            Assert.Equal(before, provider.GetUtcNow());
            Assert.False(delay.IsCompleted);
            await delay;
            Assert.Equal(before + s_hour, provider.GetUtcNow());
        });
    }

    [Fact] // CHECKLIST 40
    public void A_timeout_in_virtual_time_is_reached_by_advancing_it_from_another_thread()
    {
        var provider = new ManualTimeProvider();
        using var counter = new EventFd();
        using Selector selector = Selector.Start(new SelectorOptions { TimeProvider = provider });
        using FdRegistration registration = selector.Register(counter.Handle);
        Task<PollEvents> wait = registration.WaitAsync(PollEvents.Read, s_hour).AsTask();
        Task earlier = selector.DelayAsync(s_hour / 2).AsTask();
        selector.InvokeAsync(() => Task.CompletedTask).Wait(TestContext.Current.CancellationToken);
        provider.Advance(s_hour / 2);
        earlier.Wait(TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);
        // The loop arms the provider's timer for the rest, before or after.
        provider.Advance(s_hour / 2);
        Assert.Equal(PollEvents.None, wait.Result);
    }

    [Fact]
    public void A_time_that_the_providers_timer_does_not_reach_is_reached_in_steps()
    {
        var provider = new ManualTimeProvider();
        using var selector = new Selector(new SelectorOptions { TimeProvider = provider, AutoAdvance = span => provider.Advance(span < s_hour * 24 ? span : s_hour * 24) });
        DateTimeOffset before = provider.GetUtcNow();
        selector.RunUntilComplete(async () => await selector.DelayAsync(TimeSpan.FromDays(100)));
        Assert.Equal(before + TimeSpan.FromDays(100), provider.GetUtcNow());
    }

    [Fact]
    public void The_system_provider_is_the_kernels_clock()
    {
        using var selector = new Selector(new SelectorOptions { TimeProvider = TimeProvider.System });
        Assert.IsType<KernelClock>(selector.Timers.Clock);
    }
}
