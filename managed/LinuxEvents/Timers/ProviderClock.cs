namespace LinuxEvents;

/// <summary>A loop's clock that follows a <see cref="TimeProvider"/>, whose timer rings it.</summary>
/// <remarks>
/// Only the loop arms it, outside the queue's gate: a provider may run callbacks, its own and others', inside any call. It may ring early, as for times beyond
/// what a timer takes; the queue then finds nothing due and arms it again.
/// </remarks>
internal sealed class ProviderClock : LoopClock
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Selector _selector;
    private readonly TimeProvider _provider;
    private readonly TimerClock _clock;
    private readonly long _start;
    private readonly ITimer _timer;

    public ProviderClock(Selector selector, TimeProvider provider, TimerClock clock)
    {
        _selector = selector;
        _provider = provider;
        _clock = clock;
        _start = provider.GetTimestamp();
        using (ExecutionContext.SuppressFlow())
            _timer = provider.CreateTimer(static self => ((ProviderClock)self!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override bool ArmsAnywhere => false;

    public override long Now => _clock is TimerClock.RealTime or TimerClock.RealTimeAlarm
        ? (_provider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick
        : (long)((Int128)(_provider.GetTimestamp() - _start) * 1_000_000_000 / _provider.TimestampFrequency);

    public override void Arm(long due)
    {
        if (due == long.MaxValue)
            return;
        TimeSpan left = TimeUntil(due);
        _timer.Change(left < s_longest ? left : s_longest, Timeout.InfiniteTimeSpan);
    }

    public override void WakeLoop() => _selector.Interrupt();

    public override void Dispose() => _timer.Dispose();

    private void Ring() => _selector.OnClockRang(_clock);
}
