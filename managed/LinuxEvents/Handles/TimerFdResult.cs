namespace LinuxEvents;

/// <summary>What a <see cref="TimerFd"/> has to report.</summary>
public enum TimerFdResult
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>It has expired.</summary>
    Expired,

    /// <summary>Somebody has set the clock that the timer was told to watch. The timer goes on.</summary>
    ClockChanged,
}
