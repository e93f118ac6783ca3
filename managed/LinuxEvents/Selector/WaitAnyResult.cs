namespace LinuxEvents;

/// <summary>What ended a <see cref="Selector.WaitAnyAsync"/>.</summary>
public readonly record struct WaitAnyResult
{
    internal WaitAnyResult(int index, FdRegistration? registration, PollEvents events)
    {
        Index = index;
        Registration = registration;
        Events = events;
    }

    /// <summary>Which of the targets, -1 when the time has passed.</summary>
    public int Index { get; }

    /// <summary>The target's registration, or <see langword="null"/>.</summary>
    public FdRegistration? Registration { get; }

    /// <summary>What it is ready for, of that which was asked.</summary>
    public PollEvents Events { get; }
}
