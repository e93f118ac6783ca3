using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A child of the reaper, with an eventfd in a pidfd's place. <see cref="ReaperHost"/> has the protocol.</summary>
internal sealed class ReaperChild : StartedChild
{
    private readonly object _gate = new();
    private readonly ulong _child;
    private bool _released;

    private ReaperChild(in lxe_reaper_child started, SafeEventFdHandle handle)
    {
        Id = started.pid;
        _child = started.child;
        Handle = handle;
    }

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

            var child = new ReaperChild(result, handle);
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
        lock (_gate)
        {
            int result = Look(out lxe_pidfd_status report);
            if (result == 0)
            {
                status = default;
                return false;
            }

            status = result == -Errno.ECHILD
                ? ExitStatus.Unknown("the reaper has died")
                : LinuxEventsException.ThrowIfError(result, "lxe_reaper_wait", $"process {Id}") > 0 ? ExitStatus.From(report) : default;
            Release();
            return true;
        }
    }

    public override bool Signal(LinuxSignal signal)
    {
        PidFd.EnsureSignal(signal);
        int result = NativeMethods.lxe_reaper_signal(_child, (int)signal);
        return result != -Errno.ESRCH && LinuxEventsException.ThrowIfError(result, "kill", $"process {Id}") == 0;
    }

    public override bool SignalGroup(LinuxSignal signal) =>
        throw new LinuxEventsException(Errno.EINVAL, "pidfd_send_signal", $"the group of process {Id}, a child of the reaper");

    public override void Abort()
    {
        _ = NativeMethods.lxe_reaper_signal(_child, (int)LinuxSignal.SIGKILL);
        lock (_gate)
            Release();
        Handle.Dispose();
    }

    /// <summary>Makes <see cref="Handle"/> readable if the child has ended. The host's call, which holds a reference to the handle.</summary>
    /// <returns><see langword="false"/> when it has not.</returns>
    public bool TryTell()
    {
        lock (_gate)
        {
            if (!_released && Look(out _) == 0)
                return false;
        }

        _ = NativeMethods.lxe_eventfd_write(Handle.Descriptor, 1);
        return true;
    }

    private unsafe int Look(out lxe_pidfd_status status)
    {
        fixed (lxe_pidfd_status* report = &status)
        {
            *report = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
            return NativeMethods.lxe_reaper_wait(_child, NativeMethods.LXE_WAIT_EXITED, 0, report);
        }
    }

    private void Release()
    {
        _released = true;
        _ = NativeMethods.lxe_reaper_release(_child);
    }
}
