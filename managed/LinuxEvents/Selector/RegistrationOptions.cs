namespace LinuxEvents;

/// <summary>How a descriptor is registered with a <see cref="Selector"/>. The default is level-triggered and leaves the handle to its owner.</summary>
public sealed class RegistrationOptions
{
    internal static readonly RegistrationOptions Default = new();
    internal static readonly RegistrationOptions Edge = new() { Trigger = TriggerMode.Edge };
    internal static readonly RegistrationOptions OwnedEdge = new() { Trigger = TriggerMode.Edge, OwnsHandle = true };

    /// <summary>Disposing the registration disposes the handle too.</summary>
    public bool OwnsHandle { get; set; }

    /// <summary>When the descriptor is reported: level-triggered, by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such mode.</exception>
    public TriggerMode Trigger
    {
        get;
        set => field = OptionValue.Defined(value, TriggerMode.OneShot);
    }

    /// <summary>What the registration is called in reports; <see langword="null"/> for the descriptor's number.</summary>
    public string? Name { get; set; }

    /// <summary>Where waits continue; <see langword="null"/> for <see cref="SelectorOptions.Continuations"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such mode.</exception>
    public ContinuationMode? Continuations
    {
        get;
        set => field = value is { } mode ? OptionValue.Defined(mode, ContinuationMode.Inline) : null;
    }

    /// <summary>How often the kernel may report it; <see langword="null"/> for as often as it likes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is <see langword="default"/>, and allows nothing.</exception>
    public RateLimit? RateLimit
    {
        get;
        set
        {
            if (value is { } limit)
                ArgumentOutOfRangeException.ThrowIfLessThan(limit.Events, 1, nameof(value));
            field = value;
        }
    }
}
