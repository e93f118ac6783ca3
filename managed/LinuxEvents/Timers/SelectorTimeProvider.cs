namespace LinuxEvents;

/// <summary>The loop's time for whatever takes a <see cref="TimeProvider"/>: Task.Delay, PeriodicTimer, CancellationTokenSource.</summary>
/// <param name="selector">The loop.</param>
/// <param name="calendar">What says the date and the time zone.</param>
internal sealed class SelectorTimeProvider(Selector selector, TimeProvider calendar) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => calendar.LocalTimeZone;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => selector.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => calendar.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ProviderTimer(selector, callback, state, ExecutionContext.Capture());
        timer.Change(dueTime, period);
        return timer;
    }
}
