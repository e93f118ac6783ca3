namespace LinuxEvents;

/// <summary>When a registered descriptor is reported. epoll(7)</summary>
public enum TriggerMode
{
    /// <summary>
    /// Level-triggered: a wait completes whenever the descriptor is ready. Who reads a part of what is there is woken again.
    /// </summary>
    Level,

    /// <summary>
    /// Edge-triggered, with readiness remembered: a wait completes at once, without a system call, until
    /// <see cref="FdRegistration.MarkDrained"/> says that an operation gave EAGAIN. For non-blocking descriptors.
    /// </summary>
    Edge,

    /// <summary>
    /// One-shot: as level-triggered, but the kernel reports only while somebody waits, and each report goes to one waiter, the first
    /// that it suits; the others are told when it has gone on and the descriptor still is ready. For descriptors that share their file
    /// description with other processes or selectors, where readiness passes without being used here. Costs a system call for each wait.
    /// </summary>
    OneShot,
}
