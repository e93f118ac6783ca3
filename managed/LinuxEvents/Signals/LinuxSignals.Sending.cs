using LinuxEvents.Interop;

namespace LinuxEvents;

// By number: a method for each kind of receiver, so that no number means something else than it says.
public static partial class LinuxSignals
{
    /// <summary>
    /// Sends a signal to a process, by a pidfd that is opened for it; by kill(2) where there are none. The process that was meant may have
    /// ended, and another one have its number: only of a child that was not reaped, or behind a <see cref="ProcessWatch"/>, is it surely the same.
    /// </summary>
    /// <param name="processId">Above 0.</param>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <returns><see langword="false"/> when there is no such process. One that has ended and was not reaped yet takes any signal
    /// without effect.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not; ENOENT or EINVAL for a thread that leads no process.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="processId"/> is 0 or less, or there is no such signal.</exception>
    public static bool Send(int processId, LinuxSignal signal)
    {
        Ensure(processId, nameof(processId), signal);
        return Sent(ToProcess(processId, signal, null), "process", processId);
    }

    /// <summary>
    /// Sends a signal with a value to a process, as <see cref="Send"/> does. sigqueue(3). Real-time signals queue up; of another that is
    /// pending already, the second is lost with its value.
    /// </summary>
    /// <param name="processId">Above 0.</param>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <param name="value">What the receiver finds in <see cref="SignalInfo.Value"/>, and its low half in <see cref="SignalInfo.IntValue"/>.</param>
    /// <returns><see langword="false"/> when there is no such process.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not; EAGAIN when too many signals are queued already
    /// (RLIMIT_SIGPENDING); ENOENT or EINVAL for a thread that leads no process.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="processId"/> is 0 or less, or there is no such signal.</exception>
    public static bool Queue(int processId, LinuxSignal signal, long value)
    {
        Ensure(processId, nameof(processId), signal);
        return Sent(ToProcess(processId, signal, (ulong)value), "process", processId);
    }

    /// <summary>Sends a signal to every process of a group. killpg(3)</summary>
    /// <param name="processGroupId">Above 1: to the kernel, 1 would mean everybody.</param>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <returns><see langword="false"/> when the group has no member.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not signal any member.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="processGroupId"/> is 1 or less, or there is no such signal.</exception>
    public static bool SendToProcessGroup(int processGroupId, LinuxSignal signal)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(processGroupId, 1);
        Ensure(processGroupId, nameof(processGroupId), signal);
        return Sent(NativeMethods.lxe_signal_send_group(processGroupId, (int)signal), "process group", processGroupId);
    }

    /// <summary>
    /// Sends a signal to one thread. tgkill(2). No other thread can take it; but what the signal's action does, it does to the whole process.
    /// </summary>
    /// <param name="processId">The thread's process, above 0.</param>
    /// <param name="threadId">The kernel's number of the thread, above 0.</param>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <returns><see langword="false"/> when the process has no such thread.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not; EAGAIN when too many signals are queued already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is 0 or less, or there is no such signal.</exception>
    public static bool SendToThread(int processId, int threadId, LinuxSignal signal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threadId);
        Ensure(processId, nameof(processId), signal);
        return Sent(NativeMethods.lxe_signal_send_thread(processId, threadId, (int)signal), "thread", threadId);
    }

    private static void Ensure(int id, string parameter, LinuxSignal signal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(id, parameter);
        PidFd.EnsureSignal(signal);
        NativeLibraryVersion.Ensure();
    }

    private static int ToProcess(int id, LinuxSignal signal, ulong? value)
    {
        int result = NativeMethods.lxe_pidfd_open(id, 0);
        if (result >= 0)
        {
            int pidFd = result;
            result = value is { } queued
                ? NativeMethods.lxe_pidfd_queue(pidFd, (int)signal, queued, 0)
                : NativeMethods.lxe_pidfd_signal(pidFd, (int)signal, 0);
            _ = NativeMethods.lxe_fd_close_take(pidFd);
        }

        if (result is >= 0 or -Errno.ESRCH or -Errno.ENOENT or -Errno.EINVAL or -Errno.EAGAIN)
            return result;
        // Whatever else it says, the number decides: there are no pidfds, a sandbox forbids them, no descriptor is free.
        return value is { } number
            ? NativeMethods.lxe_signal_queue(id, (int)signal, number)
            : NativeMethods.lxe_signal_send(id, (int)signal);
    }

    private static bool Sent(int result, string kind, int id)
    {
        if (result < 0 && result != -Errno.ESRCH)
            LinuxEventsException.Throw(-result, "kill", $"{kind} {id}");
        return result >= 0;
    }
}
