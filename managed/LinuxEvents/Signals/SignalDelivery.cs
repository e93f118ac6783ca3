namespace LinuxEvents;

/// <summary>The way by which signals reach a <see cref="SignalSubscription"/>.</summary>
public enum SignalDelivery
{
    /// <summary>
    /// A signal handler passes them on through a pipe. Works in any process and beside the runtime's own handling. Keeps sender
    /// and value of queued signals, but not their order when several threads take them at once.
    /// </summary>
    Relay,

    /// <summary>
    /// The kernel queues them in a signalfd, in order. Only where every thread of the process blocks them, as they do when the
    /// program that started this one had blocked them: otherwise a signal would end the process. signalfd(2)
    /// </summary>
    SignalFd,
}
