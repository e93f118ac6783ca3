namespace LinuxEvents.Tests;

/// <summary>What raw timers take of memory, and that they give it back.</summary>
public sealed class LoopTimerMemoryTests : IDisposable
{
    private readonly Selector _selector;
    private readonly ManualClock _clock;

    public LoopTimerMemoryTests() => _selector = ManualClock.NewSelector(out _clock);

    public void Dispose() => _selector.Dispose();

    [Fact] // CHECKLIST 35
    public void A_million_timers_of_which_nearly_all_are_cancelled_give_their_memory_back()
    {
        const int Count = 1_000_000;
        int fired = 0;
        Action<object?> callback = _ => fired++;
        long empty = GC.GetTotalMemory(forceFullCollection: true);
        LoopTimer[]? timers = new LoopTimer[Count];
        for (int i = 0; i < Count; i++)
            timers[i] = new LoopTimer(_selector, callback);
        for (int i = 0; i < Count; i++)
            timers[i].Start(TimeSpan.FromMicroseconds(1 + i * 7919L % Count));
        long full = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange((full - empty) / (double)Count - IntPtr.Size, 40, 64);
        Assert.Equal(Count, _selector.Timers.Count);
        for (int i = 0; i < Count; i++)
        {
            if (i % 100 != 0)
                Assert.True(timers[i].Cancel());
        }

        Assert.Equal(Count / 100, _selector.Timers.Count);
        timers = null;
        // The loop does it on its way to sleep.
        _clock.Pass(0);
        long rest = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(rest - empty, long.MinValue, 64 * Count / 100 + 200_000);
        _clock.Pass(Count * 1000L);
        Assert.Equal(Count / 100, fired);
        Assert.Equal(0, _selector.Timers.Count);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - empty, long.MinValue, 400_000);
    }

    [Fact] // CHECKLIST 35
    public void A_sleeping_loop_gives_back_the_memory_of_timers_that_others_cancel()
    {
        const int Count = 200_000;
        using Selector selector = Selector.Start();
        Action<object?> callback = static _ => { };
        long empty = GC.GetTotalMemory(forceFullCollection: true);
        LoopTimer[]? timers = [.. Enumerable.Range(0, Count).Select(_ => new LoopTimer(selector, callback))];
        for (int i = 0; i < Count; i++)
            timers[i].Start(TimeSpan.FromHours(1 + i % 7));
        foreach (LoopTimer timer in timers)
            Assert.True(timer.Cancel());
        timers = null;
        Until.True(() => GC.GetTotalMemory(forceFullCollection: true) - empty < 1_000_000, "the memory");
    }

    [Fact] // CHECKLIST 35
    public void A_burst_of_timers_that_are_too_young_for_their_turn_leaves_no_memory_behind()
    {
        const int Count = 200_000;
        int fired = 0;
        Action<object?> callback = _ => fired++;
        new LoopTimer(_selector, _ =>
        {
            for (int i = 0; i < Count; i++)
                new LoopTimer(_selector, callback).StartAt(0);
        }).StartAt(0);
        long empty = GC.GetTotalMemory(forceFullCollection: true);
        _clock.Pass(0);
        Assert.Equal(Count, fired);
        _clock.Pass(0);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - empty, long.MinValue, 500_000);
    }

    [Fact] // CHECKLIST 35
    public void Timers_that_are_started_for_now_and_cancelled_over_and_over_take_no_memory()
    {
        int fired = 0;
        LoopTimer timer = new(_selector, static _ => { }), staying = new(_selector, _ => fired++);
        staying.StartAt(0);
        long before = 0;
        for (int i = 0; i < 1_000_000; i++)
        {
            if (i == 1000)
                before = GC.GetAllocatedBytesForCurrentThread();
            timer.StartAt(i % 2 == 0 ? 0 : _selector.GetTimestamp());
            if (i % 3 == 0)
                timer.Cancel();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        _clock.Pass(0);
        Assert.Equal(1, fired);
    }
}
