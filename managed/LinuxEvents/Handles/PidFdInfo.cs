using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>What the kernel says of a process (PIDFD_GET_INFO). What it does not say, mostly of a process that is gone, is <see langword="null"/>.</summary>
public readonly record struct PidFdInfo
{
    internal PidFdInfo(in lxe_pidfd_info info)
    {
        if ((info.valid & NativeMethods.LXE_PIDFD_INFO_PID) != 0)
        {
            ProcessId = info.tgid;
            ThreadId = info.pid;
            ParentProcessId = info.ppid;
        }

        if ((info.valid & NativeMethods.LXE_PIDFD_INFO_CREDS) != 0)
        {
            User = new ProcessIdentity(info.ruid, info.euid, info.suid, info.fsuid);
            Group = new ProcessIdentity(info.rgid, info.egid, info.sgid, info.fsgid);
        }

        if ((info.valid & NativeMethods.LXE_PIDFD_INFO_CGROUP) != 0)
            ControlGroupId = info.cgroup_id;
        if ((info.valid & NativeMethods.LXE_PIDFD_INFO_EXIT) != 0)
            ExitStatus = LinuxEvents.ExitStatus.FromWaitStatus(info.wait_status);
    }

    /// <summary>The process id, as this process sees it.</summary>
    public int? ProcessId { get; }

    /// <summary>The thread id; the process id unless the pidfd stands for another thread.</summary>
    public int? ThreadId { get; }

    /// <summary>The parent's process id; 0 when this process can't see the parent.</summary>
    public int? ParentProcessId { get; }

    /// <summary>As which users it runs.</summary>
    public ProcessIdentity? User { get; }

    /// <summary>As which groups it runs.</summary>
    public ProcessIdentity? Group { get; }

    /// <summary>The inode number of its cgroup's directory.</summary>
    public ulong? ControlGroupId { get; }

    /// <summary>How it ended, without its resource usage; only after somebody has reaped it. Linux 6.15.</summary>
    public ExitStatus? ExitStatus { get; }
}
