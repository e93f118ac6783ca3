using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// Blocks the calling thread until a descriptor reports something. An epoll set of its own: it needs no loop, and disturbs
/// none that watches the descriptor too. Worth its four system calls only where the thread would sleep anyway.
/// </summary>
/// <remarks>
/// Edge-triggered: after each report look at the object itself, and only if that has nothing wait for the next. So an object that
/// stays ready with nothing to fetch, as a pidfd whose process is held by a tracer, does not spin.
/// The descriptor stays open meanwhile: of one that is closed nothing would ever be reported.
/// </remarks>
internal readonly unsafe struct DescriptorWait : IDisposable
{
    private readonly SafeEpollHandle _epoll;
    private readonly SafeHandle _handle;

    public DescriptorWait(SafeHandle handle, PollEvents interest)
    {
        _epoll = SafeEpollHandle.Create(0);
        try
        {
            using var descriptor = new DescriptorReference(handle);
            descriptor.Check(
                NativeMethods.lxe_epoll_add(_epoll.Descriptor, descriptor.Number, (uint)interest | NativeMethods.LXE_EPOLL_ET, 0),
                "epoll_ctl(EPOLL_CTL_ADD)");
            bool referenced = false;
            handle.DangerousAddRef(ref referenced);
            _handle = handle;
        }
        catch
        {
            _epoll.Dispose();
            throw;
        }
    }

    /// <summary>Has <see cref="Next"/> return at once, on whatever thread it waits, now and from now on.</summary>
    /// <param name="ready">A descriptor that is ready and stays so, which is not waited for already.</param>
    public void Interrupt(SafeFdHandle ready) => _ = NativeMethods.lxe_epoll_add(_epoll.Descriptor, ready.Descriptor, NativeMethods.LXE_EPOLL_IN, 0);

    /// <summary>What a descriptor is hung up or in error for, or readable, just now. Nothing when it can't be watched.</summary>
    public static PollEvents Look(int descriptor)
    {
        using SafeEpollHandle epoll = SafeEpollHandle.Create(0);
        lxe_epoll_event ready;
        return NativeMethods.lxe_epoll_add(epoll.Descriptor, descriptor, NativeMethods.LXE_EPOLL_IN, 0) == 0
            && NativeMethods.lxe_epoll_wait(epoll.Descriptor, &ready, 1, deadline: 0, null) > 0
            ? (PollEvents)ready.events : PollEvents.None;
    }

    /// <summary>Waits for the next report; the first comes at once when the descriptor is ready already.</summary>
    /// <returns><see langword="false"/> when the deadline passed.</returns>
    public bool Next(long deadline)
    {
        lxe_epoll_event ready;
        int count;
        do
            count = NativeMethods.lxe_epoll_wait(_epoll.Descriptor, &ready, 1, deadline, null);
        while (count == -Errno.EINTR);
        return LinuxEventsException.ThrowIfError(count, "epoll_wait") > 0;
    }

    /// <summary>Forgets the descriptor, and lets go of it.</summary>
    public void Dispose()
    {
        _epoll.Dispose();
        _handle.DangerousRelease();
    }
}
