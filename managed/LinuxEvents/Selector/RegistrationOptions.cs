namespace LinuxEvents;

/// <summary>How a descriptor is registered with a <see cref="Selector"/>. The default is level-triggered and leaves the handle to its owner.</summary>
public readonly record struct RegistrationOptions
{
    /// <summary>Disposing the registration disposes the handle too.</summary>
    public bool OwnsHandle { get; init; }

    /// <summary>When the descriptor is reported.</summary>
    public TriggerMode Trigger { get; init; }

    /// <summary>What the registration is called in reports; <see langword="null"/> for the descriptor's number.</summary>
    public string? Name { get; init; }

    /// <summary>Where waits continue; <see langword="null"/> for <see cref="SelectorOptions.Continuations"/>.</summary>
    public ContinuationMode? Continuations { get; init; }

    /// <summary>How often the kernel may report it; <see langword="null"/> for as often as it likes.</summary>
    public RateLimit? RateLimit { get; init; }
}
