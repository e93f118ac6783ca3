namespace LinuxEvents;

/// <summary>How a process is watched.</summary>
public sealed class ProcessWatchOptions
{
    /// <summary>The loop that watches it; <see langword="null"/> for <see cref="Selector.Shared"/>.</summary>
    public Selector? Selector { get; set; }

    /// <summary>
    /// How long after the end to wait for the reap, where only that tells the status: of another user's process, from Linux 6.15 on. Then, and on older
    /// kernels at once, the status is unknown. One second by default; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes: nobody has to
    /// reap a process ever.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan StatusGrace
    {
        get;
        set => field = OptionValue.Time(value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Where there are no pidfds, look for the process so often instead. <see langword="null"/>, by default, for not at all: then there
    /// <see cref="ProcessWatch.Open(int, ProcessWatchOptions?)"/> throws <see cref="PlatformNotSupportedException"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below a millisecond.</exception>
    public TimeSpan? PollInterval
    {
        get;
        set
        {
            if (value is { } interval)
                ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1), nameof(value));
            field = value;
        }
    }
}
