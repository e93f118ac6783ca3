using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>What has happened to a child, as <see cref="PidFd.Wait"/> reports it.</summary>
public readonly record struct ChildChange
{
    internal ChildChange(in lxe_pidfd_status status)
    {
        ProcessId = status.pid;
        UserId = status.uid;
        switch (status.code)
        {
            case NativeMethods.LXE_CHILD_CONTINUED:
                Event = ChildEvents.Continued;
                break;
            case NativeMethods.LXE_CHILD_STOPPED or NativeMethods.LXE_CHILD_TRAPPED:
                Event = ChildEvents.Stopped;
                StopSignal = (LinuxSignal)status.status;
                break;
            default:
                Event = ChildEvents.Exited;
                ExitStatus = LinuxEvents.ExitStatus.From(status);
                break;
        }
    }

    /// <summary>The child's process id.</summary>
    public int ProcessId { get; }

    /// <summary>The child's real user.</summary>
    public uint UserId { get; }

    /// <summary>What happened: one of the three.</summary>
    public ChildEvents Event { get; }

    /// <summary>How it ended, if it did.</summary>
    public ExitStatus? ExitStatus { get; }

    /// <summary>Which signal stopped it, if one did.</summary>
    public LinuxSignal? StopSignal { get; }
}
