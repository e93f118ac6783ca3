using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// What a thread sleeps on in a synchronous read or write: an epoll set of the descriptor and of an eventfd, by which the stream's
/// disposal wakes it. It needs no loop. Made when a thread first has to sleep, and kept, so that each further sleep is one system call.
/// </summary>
/// <remarks>Level-triggered, for any number of threads: each finds by its own read or write whether there is anything left for it.</remarks>
internal sealed unsafe class BlockingWait : IDisposable
{
    private readonly SafeEpollHandle _epoll = SafeEpollHandle.Create(0);
    private readonly SafeEventFdHandle? _end;
    private int _disposed;

    public BlockingWait(SafeHandle handle, PollEvents interest)
    {
        try
        {
            _end = SafeEventFdHandle.Create(0, NativeMethods.LXE_NONBLOCK);
            Add(handle, interest);
            Add(_end, PollEvents.Read);
        }
        catch
        {
            _epoll.Dispose();
            _end?.Dispose();
            throw;
        }
    }

    /// <summary>Sleeps until the descriptor is ready or <see cref="Dispose"/> is called.</summary>
    /// <returns><see langword="false"/> when the deadline passed.</returns>
    /// <exception cref="ObjectDisposedException">It was disposed before.</exception>
    public bool Sleep(long deadline)
    {
        // The eventfd too: closed under a sleeper, it would leave the set before the sleeper sees it.
        using var epoll = new DescriptorReference(_epoll);
        using var end = new DescriptorReference(_end!);
        lxe_epoll_event ready;
        int count;
        do
            count = NativeMethods.lxe_epoll_wait(epoll.Number, &ready, 1, deadline, null);
        while (count == -Errno.EINTR);
        return epoll.Check(count, "epoll_wait") > 0;
    }

    /// <summary>Wakes whoever sleeps; nobody sleeps here again.</summary>
    public void Dispose()
    {
        // Who disposes the stream and who finds it disposed may both come here: a number that the other has closed is perhaps somebody else's.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _ = NativeMethods.lxe_eventfd_write(_end!.Descriptor, 1);
        _end.Dispose();
        _epoll.Dispose();
    }

    private void Add(SafeHandle handle, PollEvents interest)
    {
        using var descriptor = new DescriptorReference(handle);
        descriptor.Check(NativeMethods.lxe_epoll_add(_epoll.Descriptor, descriptor.Number, (uint)interest, 0), "epoll_ctl(EPOLL_CTL_ADD)");
    }
}
