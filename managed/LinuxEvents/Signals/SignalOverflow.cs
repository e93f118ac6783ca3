namespace LinuxEvents;

/// <summary>What is lost when a signal comes and <see cref="SignalSubscription.Capacity"/> of them wait already.</summary>
public enum SignalOverflow
{
    /// <summary>The signal that comes.</summary>
    DropIncoming,

    /// <summary>
    /// Those that have waited longest: as many as must go to make room, up to a page's (32) at once. With a capacity of one page, the
    /// least there is, all that wait may go for one that comes.
    /// </summary>
    DropOldest,
}
