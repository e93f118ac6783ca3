using System.Diagnostics.CodeAnalysis;

namespace LinuxEvents;

/// <summary>What an <see cref="Epoll"/> set reports, and how. The values are those of epoll_ctl(2).</summary>
[Flags]
[SuppressMessage("Design", "CA1028:Enum Storage should be Int32", Justification = "The kernel uses the highest bit.")]
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "They are flags.")]
public enum EpollEvents : uint
{
    /// <summary>Only <see cref="Error"/> and <see cref="Close"/>, which are always reported.</summary>
    None = 0,

    /// <summary>Readable, or at the end (EPOLLIN).</summary>
    Read = 0x1,

    /// <summary>Out-of-band data or another exceptional condition (EPOLLPRI).</summary>
    Priority = 0x2,

    /// <summary>Writable (EPOLLOUT).</summary>
    Write = 0x4,

    /// <summary>An error is pending, or the reading end of a pipe is closed (EPOLLERR). Always reported.</summary>
    Error = 0x8,

    /// <summary>Both halves are closed, or the writing end of a pipe is (EPOLLHUP). Always reported.</summary>
    Close = 0x10,

    /// <summary>The peer has closed its writing half (EPOLLRDHUP).</summary>
    ReadClose = 0x2000,

    /// <summary>Wake one of several sets that watch the descriptor, not all (EPOLLEXCLUSIVE). For adding only. Linux 4.5.</summary>
    Exclusive = 0x1000_0000,

    /// <summary>Keep the system from sleeping while the event is handled (EPOLLWAKEUP). Needs CAP_BLOCK_SUSPEND.</summary>
    WakeUp = 0x2000_0000,

    /// <summary>Report nothing more, in either direction, after one event, until modified (EPOLLONESHOT).</summary>
    OneShot = 0x4000_0000,

    /// <summary>Report each change once instead of the state as long as it lasts (EPOLLET).</summary>
    EdgeTriggered = 0x8000_0000,
}
