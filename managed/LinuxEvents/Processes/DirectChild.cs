using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A child of this process, with its pidfd.</summary>
internal sealed class DirectChild : StartedChild
{
    private DirectChild(int id, SafePidFdHandle pidFd)
    {
        Id = id;
        Handle = pidFd;
    }

    public override int Id { get; }

    public override SafePidFdHandle Handle { get; }

    /// <returns>The child, or <see langword="null"/> with the failure.</returns>
    public static unsafe DirectChild? Start(lxe_spawn_options* options, out SpawnFailure failure)
    {
        var result = new lxe_spawn_result { size = (uint)sizeof(lxe_spawn_result) };
        int error = -NativeMethods.lxe_spawn_start(options, &result);
        failure = new SpawnFailure(error, result.step, result.index);
        return error == 0 ? new DirectChild(result.pid, new SafePidFdHandle(result.pidfd, ownsHandle: true)) : null;
    }

    public override unsafe bool TryReap(out ExitStatus status)
    {
        var report = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
        int result = NativeMethods.lxe_pidfd_wait(
            Handle.Descriptor, NativeMethods.LXE_WAIT_EXITED | NativeMethods.LXE_WAIT_NOHANG, &report);
        if (result == -Errno.ECHILD)
            return TryGetForeignStatus(out status);
        bool exited = LinuxEventsException.ThrowIfError(result, "waitid", Handle) != 0;
        status = exited ? ExitStatus.From(report) : default;
        return exited;
    }

    public override ChildChange? TakeChange()
    {
        int result = PidFd.LookForStop(Handle, out ChildChange change);
        return result == -Errno.ECHILD || LinuxEventsException.ThrowIfError(result, "waitid", Handle) == 0 ? null : change;
    }

    public override bool Signal(LinuxSignal signal) => PidFd.Send(Handle, signal, PidFdSignalTarget.Default, this);

    public override bool QueueSignal(LinuxSignal signal, long value) => PidFd.Queue(Handle, signal, value, PidFdSignalTarget.Default, this);

    public override bool SignalProcessGroup(LinuxSignal signal) => PidFd.Send(Handle, signal, PidFdSignalTarget.ProcessGroup, this);

    /// <summary>Names it in errors.</summary>
    public override string ToString() => $"process {Id}";

    public override void Release() => Handle.Dispose();

    public override unsafe void Abort()
    {
        using (Handle)
        {
            var status = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
            _ = NativeMethods.lxe_pidfd_signal(Handle.Descriptor, (int)LinuxSignal.SIGKILL, 0);
            while (NativeMethods.lxe_pidfd_wait(Handle.Descriptor, NativeMethods.LXE_WAIT_EXITED, &status) == -Errno.EINTR)
            {
            }
        }
    }

    /// <summary>The status of a child that somebody else has reaped, or is about to have: then <see langword="false"/>.</summary>
    private bool TryGetForeignStatus(out ExitStatus status)
    {
        if (ExitInfo.TryGet(Handle, out status, out bool isComing))
            return true;
        status = ExitStatus.Unknown(
            "somebody else has reaped the process, and the kernel keeps no exit information, which is in Linux 6.15");
        return !isComing;
    }
}
