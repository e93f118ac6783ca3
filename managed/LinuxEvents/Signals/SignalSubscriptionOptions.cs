namespace LinuxEvents;

/// <summary>How a <see cref="SignalSubscription"/> works.</summary>
public sealed class SignalSubscriptionOptions
{
    /// <summary>The loop that waits for the signals; <see langword="null"/> for <see cref="Selector.Shared"/>.</summary>
    public Selector? Selector { get; set; }

    /// <summary>The way by which the signals come: <see cref="SignalDelivery.Relay"/> by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such way.</exception>
    public SignalDelivery Delivery
    {
        get;
        set => field = OptionValue.Defined(value, SignalDelivery.SignalFd);
    } = SignalDelivery.Relay;

    /// <summary>
    /// How many signals may wait to be taken, 1 or more; 512 by default. It is rounded up to what a pipe can hold, and limited by
    /// <c>/proc/sys/fs/pipe-max-size</c>; see <see cref="SignalSubscription.Capacity"/>. What comes above it is counted by
    /// <see cref="SignalSubscription.Dropped"/>. With <see cref="SignalDelivery.SignalFd"/> it has no meaning: the kernel keeps the
    /// signals.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Capacity
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 512;

    /// <summary>
    /// What is lost when they are more: the signal that comes, by default. A signal that must not be lost behind others, such as SIGTERM behind a flood of real-time signals, gets a
    /// subscription of its own: each has its own room.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such policy.</exception>
    public SignalOverflow Overflow
    {
        get;
        set => field = OptionValue.Defined(value, SignalOverflow.DropOldest);
    }

    /// <summary>
    /// Leave signals alone that the process ignores when the subscription begins, as programs started by <c>nohup</c> (SIGHUP) and in a script's
    /// background (SIGINT, SIGQUIT) are expected to. <see cref="SignalSubscription.Signals"/> tells what is left.
    /// </summary>
    public bool LeaveIgnored { get; set; }

    /// <summary>
    /// <see cref="SignalDelivery.SignalFd"/>: first block the signals in every thread of the process. Each thread is interrupted for that
    /// and answers; threads that are made later inherit it. They stay blocked after the subscription, until the next one takes them.
    /// Programs that are started by anything but <see cref="ChildProcess"/> inherit it as well.
    /// </summary>
    public bool BlockInEveryThread { get; set; }

    /// <summary>How long <see cref="BlockInEveryThread"/> may take before it fails: 10 seconds by default; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan BlockTimeout
    {
        get;
        set => field = OptionValue.Time(value);
    } = TimeSpan.FromSeconds(10);
}
