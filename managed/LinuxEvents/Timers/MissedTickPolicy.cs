namespace LinuxEvents;

/// <summary>What a <see cref="PeriodicTicker"/> does about ticks whose time passed before they were awaited.</summary>
public enum MissedTickPolicy
{
    /// <summary>They are left out: the next tick is the next one of the original rhythm that is still to come.</summary>
    Skip,

    /// <summary>They are made up for, one in each turn of the loop, until the original rhythm is reached again: none is lost.</summary>
    Burst,

    /// <summary>The rhythm starts anew: the next tick is one period after the late one was served.</summary>
    Delay,
}
