using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Which changes of a child <see cref="PidFd.Wait"/> waits for. waitid(2)</summary>
[Flags]
public enum ChildEvents
{
    /// <summary>None, which is no wait.</summary>
    None = 0,

    /// <summary>It was stopped by a signal.</summary>
    Stopped = (int)NativeMethods.LXE_WAIT_STOPPED,

    /// <summary>It has ended.</summary>
    Exited = (int)NativeMethods.LXE_WAIT_EXITED,

    /// <summary>It was continued by SIGCONT.</summary>
    Continued = (int)NativeMethods.LXE_WAIT_CONTINUED,
}
