using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptor of an eventfd: a counter to wake a loop with. eventfd(2)</summary>
public sealed class SafeEventFdHandle : SafeFdHandle
{
    /// <summary>Makes a handle that holds no descriptor.</summary>
    public SafeEventFdHandle()
    {
    }

    /// <summary>Wraps a descriptor.</summary>
    /// <param name="descriptor">Its number, or -1 for none.</param>
    /// <param name="ownsHandle">Whether disposing the handle closes the descriptor.</param>
    public SafeEventFdHandle(int descriptor, bool ownsHandle)
        : base(descriptor, ownsHandle)
    {
    }

    internal static SafeEventFdHandle Create(uint initial, uint flags)
    {
        NativeLibraryVersion.Ensure();
        return new(LinuxEventsException.ThrowIfError(NativeMethods.lxe_eventfd_create(initial, flags), "eventfd"), ownsHandle: true);
    }
}
