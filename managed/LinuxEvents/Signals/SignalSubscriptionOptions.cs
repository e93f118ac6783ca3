namespace LinuxEvents;

/// <summary>How a <see cref="SignalSubscription"/> works.</summary>
public sealed record SignalSubscriptionOptions
{
    /// <summary>The loop that waits for the signals; <see langword="null"/> for <see cref="Selector.Shared"/>.</summary>
    public Selector? Selector { get; init; }

    /// <summary>The way by which the signals come.</summary>
    public SignalDelivery Delivery { get; init; } = SignalDelivery.Relay;

    /// <summary>
    /// How many signals may wait to be taken, 1 or more. It is rounded up to what a pipe can hold, and limited by
    /// <c>/proc/sys/fs/pipe-max-size</c>; see <see cref="SignalSubscription.Capacity"/>. What comes above it is counted by
    /// <see cref="SignalSubscription.Dropped"/>. With <see cref="SignalDelivery.SignalFd"/> it has no meaning: the kernel keeps the
    /// signals.
    /// </summary>
    public int Capacity { get; init; } = 512;
}
