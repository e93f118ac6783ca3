namespace LinuxEvents;

/// <summary>One of the things that <see cref="Selector.WaitAnyAsync"/> waits for.</summary>
public readonly record struct WaitTarget
{
    /// <summary>Names a target.</summary>
    /// <param name="registration">A registration with that selector.</param>
    /// <param name="interest">What to wait for; <see cref="PollEvents.Error"/> and <see cref="PollEvents.Close"/> are always included.</param>
    public WaitTarget(FdRegistration registration, PollEvents interest)
    {
        ArgumentNullException.ThrowIfNull(registration);
        Registration = registration;
        Interest = interest;
    }

    /// <summary>The registration.</summary>
    public FdRegistration Registration { get; }

    /// <summary>What to wait for.</summary>
    public PollEvents Interest { get; }
}
