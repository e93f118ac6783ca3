using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// A pidfd: a process as a descriptor, which can't be mistaken for a later process with the same number. pidfd_open(2). It is
/// readable once the process has ended. Every member may be called by any thread at any time; to await the end, register
/// <see cref="Handle"/> edge-triggered with a <see cref="Selector"/>.
/// </summary>
public sealed unsafe class PidFd : IDisposable
{
    private PidFd(int descriptor) => Handle = new SafePidFdHandle(descriptor, ownsHandle: true);

    /// <summary>The descriptor.</summary>
    public SafePidFdHandle Handle { get; }

    /// <summary>Opens a process. Only one's own child that nobody has reaped is surely the one that was meant. Linux 5.3.</summary>
    /// <param name="processId">Above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="processId"/> is 0 or less.</exception>
    /// <exception cref="LinuxEventsException">ESRCH when there is no such process; EINVAL or ENOENT for a thread that leads
    /// none; EPERM in a sandbox; no descriptor is left (EMFILE, ENFILE).</exception>
    /// <exception cref="PlatformNotSupportedException">The kernel or a sandbox has no pidfds.</exception>
    public static PidFd Open(int processId) => Open(processId, 0, "process", nameof(processId));

    /// <summary>Opens a thread, by its thread id. Linux 6.9.</summary>
    /// <param name="threadId">Above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threadId"/> is 0 or less.</exception>
    /// <exception cref="LinuxEventsException">ESRCH when there is no such thread; EINVAL before Linux 6.9; EPERM in a
    /// sandbox; no descriptor is left (EMFILE, ENFILE).</exception>
    /// <exception cref="PlatformNotSupportedException">The kernel or a sandbox has no pidfds.</exception>
    public static PidFd OpenThread(int threadId) => Open(threadId, NativeMethods.LXE_PIDFD_THREAD, "thread", nameof(threadId));

    /// <summary>Sends a signal. A process that has ended and was not reaped yet takes any signal without effect.</summary>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> sends nothing and only checks.</param>
    /// <param name="target">Whom it reaches.</param>
    /// <returns><see langword="false"/> when the process has been reaped, or its group is empty.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not; EINVAL for a target that
    /// the kernel does not know, unless the process is a child of this one that was not reaped.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    public bool Signal(LinuxSignal signal, PidFdSignalTarget target = PidFdSignalTarget.Default) =>
        Send(Handle, signal, target);

    /// <summary>
    /// Sends a signal with a value. sigqueue(3). Real-time signals queue up; of another that is pending already, the second is lost with its
    /// value.
    /// </summary>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> sends nothing and only checks.</param>
    /// <param name="value">What the receiver finds in <see cref="SignalInfo.Value"/>, and its low half in <see cref="SignalInfo.IntValue"/>.</param>
    /// <param name="target">Whom it reaches.</param>
    /// <returns><see langword="false"/> when the process has been reaped, or its group is empty.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not; EAGAIN when too many signals are queued already (RLIMIT_SIGPENDING);
    /// EINVAL for a target that the kernel does not know.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    public bool QueueSignal(LinuxSignal signal, long value, PidFdSignalTarget target = PidFdSignalTarget.Default) =>
        Queue(Handle, signal, value, target);

    /// <summary>
    /// Copies a descriptor out of the process, whose memory this process must be allowed to look into. pidfd_getfd(2), Linux 5.6.
    /// </summary>
    /// <param name="descriptor">The descriptor's number there.</param>
    /// <returns>The copy, which shares the open file description.</returns>
    /// <exception cref="LinuxEventsException">EBADF when the process has no such descriptor; EPERM; ESRCH when it has
    /// ended; EMFILE.</exception>
    public SafeFdHandle GetFd(int descriptor) => GetFd(Handle, descriptor);

    /// <summary>Looks whether something has happened to the process, which must be a child of this one. waitid(2), Linux 5.4.</summary>
    /// <param name="events">What to look for.</param>
    /// <param name="change">What has happened.</param>
    /// <param name="leaveWaitable">Leave it to be reported again; otherwise a child that has ended is reaped.</param>
    /// <returns><see langword="false"/> when nothing has.</returns>
    /// <exception cref="LinuxEventsException">ECHILD when it is no child of this process, or was reaped by somebody else.</exception>
    public bool TryWait(ChildEvents events, out ChildChange change, bool leaveWaitable = false)
    {
        using var reference = new DescriptorReference(Handle);
        var status = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
        uint options = (uint)events | NativeMethods.LXE_WAIT_NOHANG | (leaveWaitable ? NativeMethods.LXE_WAIT_NOWAIT : 0);
        bool happened = reference.Check(NativeMethods.lxe_pidfd_wait(reference.Number, options, &status), "waitid") != 0;
        change = happened ? new ChildChange(status) : default;
        return happened;
    }

    /// <summary>As <see cref="TryWait"/>, but blocks until something has happened.</summary>
    /// <param name="events">What to wait for.</param>
    /// <param name="leaveWaitable">Leave it to be reported again; otherwise a child that has ended is reaped.</param>
    /// <returns>What has happened.</returns>
    /// <exception cref="LinuxEventsException">ECHILD when it is no child of this process, or was reaped by somebody else.</exception>
    public ChildChange Wait(ChildEvents events, bool leaveWaitable = false)
    {
        using var reference = new DescriptorReference(Handle);
        var status = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
        uint options = (uint)events | (leaveWaitable ? NativeMethods.LXE_WAIT_NOWAIT : 0);
        int result;
        do
            result = NativeMethods.lxe_pidfd_wait(reference.Number, options, &status);
        while (result == -Errno.EINTR);
        reference.Check(result, "waitid");
        return new ChildChange(status);
    }

    /// <summary>Asks about the process, whosever child it is, also when it has ended. Linux 6.13.</summary>
    /// <exception cref="LinuxEventsException">ESRCH when it was reaped and the kernel kept nothing of it; ENOTTY before Linux
    /// 6.13.</exception>
    public PidFdInfo GetInfo()
    {
        using var reference = new DescriptorReference(Handle);
        var info = new lxe_pidfd_info { size = (uint)sizeof(lxe_pidfd_info) };
        reference.Check(NativeMethods.lxe_pidfd_info(reference.Number, &info), "ioctl(PIDFD_GET_INFO)");
        return new PidFdInfo(info);
    }

    /// <summary>Names it: "pidfd, descriptor 7".</summary>
    public override string ToString() => $"pidfd, {Handle}";

    /// <summary>Closes the descriptor; the process is not affected.</summary>
    public void Dispose() => Handle.Dispose();

    /// <returns>1 for a change, 0 for none, or a negative errno value.</returns>
    internal static int LookForStop(SafePidFdHandle handle, out ChildChange change)
    {
        using var reference = new DescriptorReference(handle);
        var status = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
        int result = NativeMethods.lxe_pidfd_wait(
            reference.Number, NativeMethods.LXE_WAIT_STOPPED | NativeMethods.LXE_WAIT_CONTINUED | NativeMethods.LXE_WAIT_NOHANG, &status);
        change = result > 0 ? new ChildChange(status) : default;
        return result;
    }

    internal static SafeFdHandle GetFd(SafePidFdHandle handle, int descriptor, object? process = null)
    {
        using var reference = new DescriptorReference(handle);
        return new SafeFdHandle(reference.Check(NativeMethods.lxe_pidfd_getfd(reference.Number, descriptor, 0), "pidfd_getfd", process), ownsHandle: true);
    }

    internal static bool Send(SafeFdHandle handle, LinuxSignal signal, PidFdSignalTarget target, object? process = null)
    {
        EnsureSignal(signal);
        using var reference = new DescriptorReference(handle);
        int result = NativeMethods.lxe_pidfd_signal(reference.Number, (int)signal, (uint)target);
        return result != -Errno.ESRCH && reference.Check(result, "pidfd_send_signal", process) == 0;
    }

    internal static bool Queue(SafeFdHandle handle, LinuxSignal signal, long value, PidFdSignalTarget target, object? process = null)
    {
        EnsureSignal(signal);
        using var reference = new DescriptorReference(handle);
        int result = NativeMethods.lxe_pidfd_queue(reference.Number, (int)signal, (ulong)value, (uint)target);
        return result != -Errno.ESRCH && reference.Check(result, "pidfd_send_signal", process) == 0;
    }

    internal static void EnsureSignal(LinuxSignal signal)
    {
        if ((int)signal is < 0 or > LinuxSignals.Highest)
            throw new ArgumentOutOfRangeException(nameof(signal), signal, $"There is no such signal; they go from 1 to {LinuxSignals.Highest}.");
    }

    private static PidFd Open(int id, uint flags, string kind, string parameter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(id, parameter);
        NativeLibraryVersion.Ensure();
        int result = NativeMethods.lxe_pidfd_open(id, flags);
        if (result < 0)
            LinuxEventsException.Throw(-result, "pidfd_open", $"{kind} {id}");
        return new PidFd(result);
    }
}
