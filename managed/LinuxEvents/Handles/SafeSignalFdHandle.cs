using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptor of a signalfd: signals as a descriptor. signalfd(2)</summary>
public sealed class SafeSignalFdHandle : SafeFdHandle
{
    /// <summary>Makes a handle that holds no descriptor.</summary>
    public SafeSignalFdHandle()
    {
    }

    /// <summary>Wraps a descriptor.</summary>
    /// <param name="descriptor">Its number, or -1 for none.</param>
    /// <param name="ownsHandle">Whether disposing the handle closes the descriptor.</param>
    public SafeSignalFdHandle(int descriptor, bool ownsHandle)
        : base(descriptor, ownsHandle)
    {
    }

    internal static SafeSignalFdHandle Create(ulong signals, uint flags)
    {
        NativeLibraryVersion.Ensure();
        return new(LinuxEventsException.ThrowIfError(NativeMethods.lxe_signalfd_create(signals, flags), "signalfd"), ownsHandle: true);
    }
}
