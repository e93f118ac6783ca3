namespace LinuxEvents;

/// <summary>How a descriptor is registered with a <see cref="Selector"/>. The default is level-triggered and leaves the handle to its owner.</summary>
public readonly record struct RegistrationOptions
{
    /// <summary>Disposing the registration disposes the handle too.</summary>
    public bool OwnsHandle { get; init; }

    /// <summary>
    /// Edge-triggered, with readiness remembered: a wait completes at once, without a system call, until
    /// <see cref="FdRegistration.Drained"/> says that an operation gave EAGAIN. For non-blocking descriptors.
    /// </summary>
    public bool EdgeTriggered { get; init; }
}
