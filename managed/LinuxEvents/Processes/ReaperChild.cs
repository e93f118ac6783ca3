using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A child of the reaper, with an eventfd in a pidfd's place. <see cref="ReaperHost"/> has the protocol.</summary>
/// <remarks>What the reaper keeps of it is given up when it was reaped. Of a child that leads a group, when its owner has no more use for it: that
/// is how long the group can be signalled.</remarks>
internal sealed class ReaperChild : StartedChild
{
    private readonly ulong _child;
    private readonly bool _leadsGroup;
    private bool _reaped;
    private bool _released;

    private ReaperChild(in lxe_reaper_child started, bool leadsGroup, SafeEventFdHandle handle)
    {
        Id = started.pid;
        _child = started.child;
        _leadsGroup = leadsGroup;
        Handle = handle;
    }

    /// <summary>Nobody has released it, and nobody will.</summary>
    ~ReaperChild() => GiveUp();

    public override int Id { get; }

    public override SafeEventFdHandle Handle { get; }

    /// <returns>The child, or <see langword="null"/> with the failure.</returns>
    public static unsafe ReaperChild? Start(lxe_spawn_options* options, out SpawnFailure failure)
    {
        SafeEventFdHandle handle = SafeEventFdHandle.Create(0, NativeMethods.LXE_NONBLOCK);
        try
        {
            var result = new lxe_reaper_child { size = (uint)sizeof(lxe_reaper_child) };
            ReaperHost.EnsureReady();
            int error = -NativeMethods.lxe_reaper_spawn(options, &result);
            failure = new SpawnFailure(error, result.step, result.index);
            if (error != 0)
            {
                handle.Dispose();
                return null;
            }

            bool leadsGroup = (options->flags & NativeMethods.LXE_SPAWN_SESSION) != 0
                || ((options->flags & NativeMethods.LXE_SPAWN_PROCESS_GROUP) != 0 && options->process_group == 0);
            var child = new ReaperChild(result, leadsGroup, handle);
            ReaperHost.Add(child);
            return child;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public override bool TryReap(out ExitStatus status)
    {
        lock (this)
        {
            int result = Look(NativeMethods.LXE_WAIT_EXITED, out lxe_pidfd_status report);
            if (result == 0)
            {
                status = default;
                return false;
            }

            status = result == -Errno.ECHILD
                ? ExitStatus.Unknown("the reaper has died")
                : LinuxEventsException.ThrowIfError(result, "lxe_reaper_wait", $"process {Id}") > 0 ? ExitStatus.From(report) : default;
            _reaped = true;
            if (!_leadsGroup)
                GiveUp();
            return true;
        }
    }

    public override ChildChange? TakeChange()
    {
        lock (this)
            return !_released && Look(NativeMethods.LXE_WAIT_STOPPED | NativeMethods.LXE_WAIT_CONTINUED, out lxe_pidfd_status report) > 0 ? new ChildChange(report) : null;
    }

    public override bool Signal(LinuxSignal signal)
    {
        PidFd.EnsureSignal(signal);
        return WasSent(NativeMethods.lxe_reaper_signal(_child, (int)signal, 0), "kill", "process");
    }

    public override bool QueueSignal(LinuxSignal signal, long value)
    {
        PidFd.EnsureSignal(signal);
        return WasSent(NativeMethods.lxe_reaper_queue(_child, (int)signal, (ulong)value), "rt_sigqueueinfo", "process");
    }

    public override bool SignalProcessGroup(LinuxSignal signal)
    {
        PidFd.EnsureSignal(signal);
        ObjectDisposedException.ThrowIf(_released, typeof(ChildProcess));
        return WasSent(NativeMethods.lxe_reaper_signal(_child, (int)signal, NativeMethods.LXE_PIDFD_SIGNAL_GROUP), "kill", "process group");
    }

    public override void Release()
    {
        lock (this)
            GiveUp();
        Handle.Dispose();
    }

    public override void Abort()
    {
        _ = NativeMethods.lxe_reaper_signal(_child, (int)LinuxSignal.SIGKILL, 0);
        Release();
    }

    /// <summary>Makes <see cref="Handle"/> readable if the child has ended. The host's call, which holds a reference to the handle.</summary>
    /// <returns><see langword="false"/> when it has not.</returns>
    public bool TryTell()
    {
        lock (this)
        {
            if (!_reaped && !_released && Look(NativeMethods.LXE_WAIT_EXITED, out _) == 0)
                return false;
        }

        _ = NativeMethods.lxe_eventfd_write(Handle.Descriptor, 1);
        return true;
    }

    private unsafe int Look(uint events, out lxe_pidfd_status status)
    {
        fixed (lxe_pidfd_status* report = &status)
        {
            *report = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
            return NativeMethods.lxe_reaper_wait(_child, events, 0, report);
        }
    }

    private bool WasSent(int result, string call, string target) =>
        result != -Errno.ESRCH && LinuxEventsException.ThrowIfError(result, call, $"{target} {Id}") == 0;

    private void GiveUp()
    {
        if (!_released)
            _ = NativeMethods.lxe_reaper_release(_child);
        _released = true;
    }
}
