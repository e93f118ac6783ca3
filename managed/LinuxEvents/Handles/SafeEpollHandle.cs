using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptor of an epoll set. epoll(7)</summary>
public sealed class SafeEpollHandle : SafeFdHandle
{
    /// <summary>Makes a handle that holds no descriptor.</summary>
    public SafeEpollHandle()
    {
    }

    /// <summary>Wraps a descriptor.</summary>
    /// <param name="descriptor">Its number, or -1 for none.</param>
    /// <param name="ownsHandle">Whether disposing the handle closes the descriptor.</param>
    public SafeEpollHandle(int descriptor, bool ownsHandle)
        : base(descriptor, ownsHandle)
    {
    }

    internal static SafeEpollHandle Create(uint flags)
    {
        NativeLibraryVersion.Ensure();
        return new(LinuxEventsException.ThrowIfError(NativeMethods.lxe_epoll_create(flags), "epoll_create1"), ownsHandle: true);
    }
}
