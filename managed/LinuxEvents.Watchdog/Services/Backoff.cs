namespace LinuxEvents.Watchdog;

/// <summary>How long to wait before each restart of a row.</summary>
/// <param name="Initial">Before the first restart.</param>
/// <param name="Maximum">Never longer than this.</param>
/// <param name="Factor">Each wait is the last one times this.</param>
/// <param name="Reset">A run that lasted this long ends the row.</param>
internal sealed record Backoff(TimeSpan Initial, TimeSpan Maximum, double Factor, TimeSpan Reset)
{
    public static Backoff Default { get; } =
        new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), 2, TimeSpan.FromSeconds(10));

    /// <summary>The wait before the restart with this number, counted from 1.</summary>
    public TimeSpan DelayBefore(int restart)
    {
        double milliseconds = Initial.TotalMilliseconds;
        if (milliseconds > 0) milliseconds *= Math.Pow(Factor, restart - 1);
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, Maximum.TotalMilliseconds));
    }
}
