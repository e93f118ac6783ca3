namespace LinuxEvents;

/// <summary>How often a registration may be reported by the kernel, so that one that goes on for ever leaves the loop to the others.</summary>
/// <remarks>
/// The report that would be one too many is left with the kernel, and the registration is not watched until the interval, which began with its first
/// report, is over. Its waits stay as they are meanwhile; timeouts and cancellation end them as ever. Then it is looked at anew, and
/// nothing is lost.
/// </remarks>
public readonly record struct RateLimit
{
    /// <summary>Makes a limit.</summary>
    /// <param name="events">How many reports, 1 or more.</param>
    /// <param name="interval">In which time; above zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not positive.</exception>
    public RateLimit(int events, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(events, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Events = events;
        Interval = interval;
    }

    /// <summary>How many reports.</summary>
    public int Events { get; }

    /// <summary>In which time.</summary>
    public TimeSpan Interval { get; }
}
