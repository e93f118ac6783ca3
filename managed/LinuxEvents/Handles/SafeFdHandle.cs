using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents;

/// <summary>Any Linux file descriptor. Descriptor 0 is as good as any other; only -1 is none.</summary>
/// <remarks>
/// A selector that watches the descriptor holds a reference: it is closed once its registration is disposed too, so that
/// no number is used again while it is still watched.
/// </remarks>
public class SafeFdHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Makes a handle that holds no descriptor.</summary>
    public SafeFdHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Wraps a descriptor.</summary>
    /// <param name="descriptor">Its number, or -1 for none.</param>
    /// <param name="ownsHandle">Whether disposing the handle closes the descriptor.</param>
    public SafeFdHandle(int descriptor, bool ownsHandle)
        : base(ownsHandle) => SetHandle(descriptor);

    /// <summary>The number, for an owner that knows the handle to be open; others take a <see cref="DescriptorReference"/>.</summary>
    internal int Descriptor => (int)handle;

    /// <summary>Names the descriptor: "descriptor 7".</summary>
    public override string ToString() => IsClosed ? "a closed descriptor" : $"descriptor {handle}";

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => NativeMethods.lxe_fd_close_take((int)handle) == 0;
}
