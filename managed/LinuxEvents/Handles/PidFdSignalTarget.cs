using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Whom <see cref="PidFd.Signal"/> reaches.</summary>
public enum PidFdSignalTarget
{
    /// <summary>What the pidfd stands for: the process, or the thread of <see cref="PidFd.OpenThread"/>.</summary>
    Default,

    /// <summary>The thread, or the process's first thread. Linux 6.9.</summary>
    Thread = (int)NativeMethods.LXE_PIDFD_SIGNAL_THREAD,

    /// <summary>The whole process. Linux 6.9.</summary>
    Process = (int)NativeMethods.LXE_PIDFD_SIGNAL_PROCESS,

    /// <summary>The process group that the process leads, also after it has been reaped. Linux 6.9; before that, and until the reap, of one's own children.</summary>
    ProcessGroup = (int)NativeMethods.LXE_PIDFD_SIGNAL_GROUP,
}
