namespace LinuxEvents;

/// <summary>What a descriptor is ready for, or what is waited for. The values are those of epoll_ctl(2).</summary>
/// <remarks>The names are those that are proposed for .NET itself, in dotnet/runtime#127908.</remarks>
[Flags]
public enum PollEvents
{
    /// <summary>Nothing: the timeout passed.</summary>
    None = 0,

    /// <summary>There is something to read, or the end was reached (EPOLLIN).</summary>
    Read = 0x1,

    /// <summary>Out-of-band data or another exceptional condition (EPOLLPRI).</summary>
    Priority = 0x2,

    /// <summary>There is room to write (EPOLLOUT).</summary>
    Write = 0x4,

    /// <summary>An error is pending, or the reading end of a pipe is closed (EPOLLERR). Ends every wait, asked for or not.</summary>
    Error = 0x8,

    /// <summary>Both halves are closed, or the writing end of a pipe is (EPOLLHUP). Ends every wait, asked for or not.</summary>
    Close = 0x10,

    /// <summary>The peer has closed its writing half (EPOLLRDHUP).</summary>
    ReadClose = 0x2000,
}
