using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>One event of an <see cref="Epoll"/> set.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct EpollEvent
{
    // Laid out as the native structure, so that a wait writes straight into the caller's memory.
    private readonly lxe_epoll_event _native;

    /// <summary>What the descriptor is ready for.</summary>
    public EpollEvents Events => (EpollEvents)_native.events;

    /// <summary>What was given to <see cref="Epoll.Add"/> or <see cref="Epoll.Modify"/>.</summary>
    public ulong Data => _native.data;
}
