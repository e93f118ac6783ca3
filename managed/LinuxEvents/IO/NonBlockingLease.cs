using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// A descriptor for the time in which it is non-blocking: it blocks again once the lease is disposed and the last system call has ended that
/// holds a reference. Sooner, that call could block for ever, on the loop's thread perhaps.
/// </summary>
internal sealed class NonBlockingLease : SafeHandle
{
    private readonly SafeHandle _owner;

    public NonBlockingLease(SafeHandle owner)
        : base(-1, ownsHandle: true)
    {
        bool added = false;
        owner.DangerousAddRef(ref added);
        _owner = owner;
        SetHandle(owner.DangerousGetHandle());
    }

    public override bool IsInvalid => handle == -1;

    protected override bool ReleaseHandle()
    {
        bool released = NativeMethods.lxe_fd_set_nonblocking((int)handle, 0) >= 0;
        _owner.DangerousRelease();
        return released;
    }
}
