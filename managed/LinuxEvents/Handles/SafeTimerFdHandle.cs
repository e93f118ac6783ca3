using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptor of a timerfd: time as a descriptor. timerfd_create(2)</summary>
public sealed class SafeTimerFdHandle : SafeFdHandle
{
    /// <summary>Makes a handle that holds no descriptor.</summary>
    public SafeTimerFdHandle()
    {
    }

    /// <summary>Wraps a descriptor.</summary>
    /// <param name="descriptor">Its number, or -1 for none.</param>
    /// <param name="ownsHandle">Whether disposing the handle closes the descriptor.</param>
    public SafeTimerFdHandle(int descriptor, bool ownsHandle)
        : base(descriptor, ownsHandle)
    {
    }

    internal static SafeTimerFdHandle Create(int clock, uint flags)
    {
        NativeLibraryVersion.Ensure();
        return new(LinuxEventsException.ThrowIfError(NativeMethods.lxe_timerfd_create(clock, flags), "timerfd_create"), ownsHandle: true);
    }
}
