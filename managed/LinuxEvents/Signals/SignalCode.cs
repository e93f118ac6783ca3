using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// How a signal came about (<c>si_code</c>, sigaction(2)). Some signals have codes of their own beside these, above 0: cast
/// them to <see cref="int"/>.
/// </summary>
public enum SignalCode
{
    /// <summary>Sent by <c>kill()</c>.</summary>
    User = NativeMethods.LXE_SIGNAL_USER,

    /// <summary>Sent by the kernel: a key on the terminal, a terminal that went away, ...</summary>
    Kernel = NativeMethods.LXE_SIGNAL_KERNEL,

    /// <summary>Sent by <c>sigqueue()</c>, with a value.</summary>
    Queue = NativeMethods.LXE_SIGNAL_QUEUE,

    /// <summary>A POSIX timer has expired; it has a value.</summary>
    Timer = NativeMethods.LXE_SIGNAL_TIMER,

    /// <summary>A POSIX message queue has a message; it has a value.</summary>
    MessageQueue = NativeMethods.LXE_SIGNAL_MESSAGE,

    /// <summary>An asynchronous input or output operation has ended.</summary>
    AsyncIO = NativeMethods.LXE_SIGNAL_ASYNC_IO,

    /// <summary>A descriptor with <c>O_ASYNC</c> became ready, on kernels before 2.2.</summary>
    QueuedIO = NativeMethods.LXE_SIGNAL_SIGIO,

    /// <summary>Sent to one thread, by <c>tgkill()</c> or <c>pthread_kill()</c>.</summary>
    Thread = NativeMethods.LXE_SIGNAL_THREAD,
}
