namespace LinuxEvents;

/// <summary>Counts the reports of one registration, and ends its pause. Under the registration's gate.</summary>
internal sealed class ReportLimiter(FdRegistration registration, RateLimit limit) : TimerNode
{
    private int _left;

    /// <summary>When the present interval is over, in nanoseconds of the loop's clock.</summary>
    public long End { get; private set; } = long.MinValue;

    /// <summary>Whether the limit is exceeded, and the descriptor not watched.</summary>
    public bool Tripped;

    /// <summary>Counts one.</summary>
    /// <returns><see langword="false"/> when it is one too many.</returns>
    public bool TryCount()
    {
        long now = registration.Selector.Now;
        if (now >= End)
        {
            End = registration.Selector.DueTime(limit.Interval, nameof(limit));
            _left = limit.Events;
        }

        return _left-- > 0;
    }

    internal override void Fire(short version) => registration.Resume();

    internal override void Close()
    {
        // Its registration was closed before.
    }
}
