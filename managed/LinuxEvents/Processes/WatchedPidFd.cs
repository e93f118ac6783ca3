using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A process that is watched by its pidfd.</summary>
/// <remarks>
/// <para>Nothing here reaps. The process is somebody else's: its parent would lose the status, and .NET, as the parent, hang or end the
/// program. So waitid(2) is told to leave it waitable.</para>
/// <para>Two edges. The pidfd becomes readable at the end, when the process is a zombie, and hung up at the reap (since Linux 6.9). It stays
/// so: level-triggered a loop would spin as long as a tracer or a lazy parent holds the zombie. The registration remembers both edges, and nothing ever
/// takes them back: who comes late finds them.</para>
/// <para>Whose status, and when. Between the two edges it is in the zombie: for the parent by waitid, for who may look by
/// /proc. After the second it is in the kernel's exit information (Linux 6.15). In between is a moment when another reaps: then neither of the three
/// has it, and the second edge is sure to come. So a look goes through all three in the order in which time passes: what one no
/// longer has the next one has, or it is in that moment.</para>
/// <para>/proc knows numbers, not processes: the entry may be that of a stranger who was given the number, if the process was reaped while we looked.
/// So after the look the pidfd is asked: ESRCH from pidfd_send_signal says that it was reaped, anything else that the entry was the process's all the
/// time.</para>
/// <para>A thread that blocks waits in a set of its own. The end of the watch reaches it there: by one more descriptor, which is always ready. So
/// does that of the selector, but only when the process ends, too.</para>
/// </remarks>
internal sealed class WatchedPidFd : WatchedProcess
{
    private readonly FdRegistration _registration;
    private static readonly Lazy<EventFd> s_ready = new(static () => new EventFd(1), LazyThreadSafetyMode.PublicationOnly);

    private readonly SafePidFdHandle _handle;
    private readonly List<DescriptorWait> _blocked = [];
    private bool _disposed;

    /// <summary>Takes over a pidfd.</summary>
    public WatchedPidFd(SafePidFdHandle handle, Selector selector)
    {
        _handle = handle;
        _registration = selector.Register(handle, RegistrationOptions.OwnedEdge);
    }

    public override SafePidFdHandle Handle => _handle;

    public override bool HasEnded()
    {
        using var wait = new DescriptorWait(_handle, PollEvents.Read);
        return wait.Next(0);
    }

    public override async ValueTask WaitForEndAsync(CancellationToken token) =>
        await _registration.WaitAsync(PollEvents.Read, token).ConfigureAwait(false);

    public override bool WaitForEnd(long deadline) => Block(PollEvents.Read, deadline);

    public override bool TryGetStatus(out ExitStatus status)
    {
        using var reference = new DescriptorReference(_handle);
        if (TryGetOwn(reference, out status))
            return true;
        bool isReaped = true, isHidden = false;
        if (ProcEntry.NumberOf(_handle) is { } number)
        {
            bool isRead = ProcEntry.TryGetStatus($"/proc/{number}", out ExitStatus read);
            isReaped = IsReaped(reference);
            if (isRead && !isReaped)
            {
                status = read;
                return true;
            }

            isHidden = !isReaped;
        }

        if (ExitInfo.TryGet(_handle, out status, out bool isComing))
            return true;
        status = ExitStatus.Unknown(
            isHidden ? "nobody has reaped the process yet, and this one may not look at it"
            : isComing ? "nobody has reaped the process yet, and /proc does not show it"
            : "somebody has reaped the process, and the kernel keeps no exit information, which is in Linux 6.15");
        return !isComing;
    }

    public override async ValueTask WaitForReapAsync(TimeSpan grace, CancellationToken token) =>
        await _registration.WaitAsync(PollEvents.Close, grace, token).ConfigureAwait(false);

    public override void WaitForReap(long deadline) => Block(PollEvents.Close, deadline);

    public override void Dispose()
    {
        lock (_blocked)
        {
            _disposed = true;
            foreach (DescriptorWait wait in _blocked)
                wait.Interrupt(s_ready.Value.Handle);
        }

        _registration.Dispose();
    }

    private bool Block(PollEvents interest, long deadline)
    {
        _ = s_ready.Value; // made while there is somebody to tell that there is no room
        using var wait = new DescriptorWait(_handle, interest);
        lock (_blocked)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ProcessWatch));
            _blocked.Add(wait);
        }

        bool happened = wait.Next(deadline);
        lock (_blocked)
        {
            _blocked.Remove(wait);
            ObjectDisposedException.ThrowIf(_disposed, typeof(ProcessWatch));
        }

        return happened;
    }

    /// <summary>The status of a child of this process that nobody has reaped, and who holds it for tracing has let go of.</summary>
    private static unsafe bool TryGetOwn(in DescriptorReference pidFd, out ExitStatus status)
    {
        const uint Look = NativeMethods.LXE_WAIT_EXITED | NativeMethods.LXE_WAIT_NOHANG | NativeMethods.LXE_WAIT_NOWAIT;
        var report = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
        bool isOwn = NativeMethods.lxe_pidfd_wait(pidFd.Number, Look, &report) == 1;
        status = isOwn ? ExitStatus.From(report) : default;
        return isOwn;
    }

    /// <summary>Whether the process was reaped, also where there is no saying.</summary>
    private bool IsReaped(in DescriptorReference pidFd)
    {
        if (ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_SIGNAL, out _))
            return NativeMethods.lxe_pidfd_signal(pidFd.Number, 0, 0) == -Errno.ESRCH;
        // In a sandbox without that call. Before Linux 5.5 a process that was reaped is still told by its number.
        return !ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_NONBLOCK, out _) || ProcEntry.NumberOf(_handle) is null;
    }
}
