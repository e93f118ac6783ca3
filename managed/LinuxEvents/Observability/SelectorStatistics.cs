namespace LinuxEvents;

/// <summary>What a <see cref="Selector"/> has done until a moment, as <see cref="Selector.GetStatistics"/> tells it.</summary>
/// <remarks>
/// <see cref="Idle"/>, <see cref="Busy"/>, <see cref="LongestTurn"/> and <see cref="Stalls"/> are of one moment, and count the sleep or the turn that
/// is still under way: <see cref="Idle"/> and <see cref="Busy"/> add up to the time in which a thread drove the loop, which is all the time for a
/// selector with a thread of its own. The other numbers are each exact, and may be of a moment a little later than the one before.
/// </remarks>
public readonly record struct SelectorStatistics
{
    /// <summary>How many turns the loop has begun.</summary>
    public long Turns { get; internal init; }

    /// <summary>How many events of registered descriptors it has served.</summary>
    public long Events { get; internal init; }

    /// <summary>How many posted calls it has run, continuations that were brought to the loop among them.</summary>
    public long Posts { get; internal init; }

    /// <summary>How many delays and timeouts have come due.</summary>
    public long TimersFired { get; internal init; }

    /// <summary>How often the loop was woken from its sleep by another thread.</summary>
    public long WakeUps { get; internal init; }

    /// <summary>How long it has slept, waiting for something to do. A look without sleeping is none of it.</summary>
    public TimeSpan Idle { get; internal init; }

    /// <summary>How long it was at work.</summary>
    public TimeSpan Busy { get; internal init; }

    /// <summary>How long it was at work at most without looking at its descriptors.</summary>
    public TimeSpan LongestTurn { get; internal init; }

    /// <summary>How many turns took as long as <see cref="SelectorOptions.StallThreshold"/>.</summary>
    public long Stalls { get; internal init; }

    /// <summary>How many descriptors are registered.</summary>
    public int Registrations { get; internal init; }

    /// <summary>How many waits for readiness are outstanding.</summary>
    public int PendingWaits { get; internal init; }

    /// <summary>How many delays and timeouts are outstanding.</summary>
    public int PendingTimers { get; internal init; }

    /// <summary>How many posted calls have not been run yet.</summary>
    public int PendingPosts { get; internal init; }

    /// <summary>What two selectors have done together.</summary>
    internal static SelectorStatistics Add(in SelectorStatistics left, in SelectorStatistics right) => new()
    {
        Turns = left.Turns + right.Turns,
        Events = left.Events + right.Events,
        Posts = left.Posts + right.Posts,
        TimersFired = left.TimersFired + right.TimersFired,
        WakeUps = left.WakeUps + right.WakeUps,
        Idle = left.Idle + right.Idle,
        Busy = left.Busy + right.Busy,
        LongestTurn = left.LongestTurn > right.LongestTurn ? left.LongestTurn : right.LongestTurn,
        Stalls = left.Stalls + right.Stalls,
        Registrations = left.Registrations + right.Registrations,
        PendingWaits = left.PendingWaits + right.PendingWaits,
        PendingTimers = left.PendingTimers + right.PendingTimers,
        PendingPosts = left.PendingPosts + right.PendingPosts,
    };
}
