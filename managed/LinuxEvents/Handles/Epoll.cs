using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// An epoll set: waits for many descriptors at once. epoll(7). This is the plain kernel object; <see cref="Selector"/> is the
/// loop that awaits. Every member may be called by any thread at any time.
/// </summary>
public sealed unsafe class Epoll : IDisposable
{
    /// <summary>Makes an empty set.</summary>
    /// <exception cref="LinuxEventsException">No descriptor or memory is left (EMFILE, ENFILE, ENOMEM).</exception>
    public Epoll() => Handle = SafeEpollHandle.Create(0);

    /// <summary>The set's descriptor, which is readable while an event is pending: sets can be nested.</summary>
    public SafeEpollHandle Handle { get; }

    /// <summary>Registers a descriptor.</summary>
    /// <param name="handle">The descriptor. Remove it before it is closed: while a copy of it lives, it goes on reporting.</param>
    /// <param name="events">What to report, and how.</param>
    /// <param name="data">Given back with every event.</param>
    /// <exception cref="LinuxEventsException">EPERM for a regular file or directory, which is always ready; EEXIST when it is
    /// registered already; EINVAL for the set itself, ELOOP for sets that contain each other; EBADF; ENOSPC
    /// (/proc/sys/fs/epoll/max_user_watches).</exception>
    public void Add(SafeHandle handle, EpollEvents events, ulong data)
    {
        ArgumentNullException.ThrowIfNull(handle);
        using var set = new DescriptorReference(Handle);
        using var descriptor = new DescriptorReference(handle);
        descriptor.Check(NativeMethods.lxe_epoll_add(set.Number, descriptor.Number, (uint)events, data), "epoll_ctl(EPOLL_CTL_ADD)");
    }

    /// <summary>Changes what is reported. Looks at the descriptor anew, so that one that is ready now reports again.</summary>
    /// <param name="handle">A registered descriptor.</param>
    /// <param name="events">What to report, and how.</param>
    /// <param name="data">Given back with every event.</param>
    /// <exception cref="LinuxEventsException">ENOENT when it is not registered; EINVAL when it was or would be
    /// <see cref="EpollEvents.Exclusive"/>; EBADF.</exception>
    public void Modify(SafeHandle handle, EpollEvents events, ulong data)
    {
        ArgumentNullException.ThrowIfNull(handle);
        using var set = new DescriptorReference(Handle);
        using var descriptor = new DescriptorReference(handle);
        descriptor.Check(NativeMethods.lxe_epoll_mod(set.Number, descriptor.Number, (uint)events, data), "epoll_ctl(EPOLL_CTL_MOD)");
    }

    /// <summary>Removes a descriptor.</summary>
    /// <param name="handle">A registered descriptor.</param>
    /// <exception cref="LinuxEventsException">ENOENT when it is not registered; EBADF.</exception>
    public void Remove(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        using var set = new DescriptorReference(Handle);
        using var descriptor = new DescriptorReference(handle);
        descriptor.Check(NativeMethods.lxe_epoll_del(set.Number, descriptor.Number), "epoll_ctl(EPOLL_CTL_DEL)");
    }

    /// <summary>Blocks until there are events, or the timeout has passed. Never returns early without an event.</summary>
    /// <param name="events">Receives the events; at least one must fit. The memory behind the returned count may be written too.</param>
    /// <param name="timeout">How long, to the nanosecond; zero looks without waiting, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</param>
    /// <returns>How many events were written, 0 when the timeout passed.</returns>
    /// <exception cref="ArgumentException"><paramref name="events"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    public int Wait(Span<EpollEvent> events, TimeSpan timeout)
    {
        if (events.IsEmpty)
            throw new ArgumentException("At least one event must fit.", nameof(events));
        long deadline = timeout == TimeSpan.Zero ? 0 : Deadline.After(timeout);
        using var set = new DescriptorReference(Handle);
        fixed (EpollEvent* buffer = events)
        {
            int count;
            do
                count = NativeMethods.lxe_epoll_wait(set.Number, (lxe_epoll_event*)buffer, events.Length, deadline, null);
            while (count == -Errno.EINTR);
            return set.Check(count, "epoll_wait");
        }
    }

    /// <summary>Names it: "epoll set, descriptor 7".</summary>
    public override string ToString() => $"epoll set, {Handle}";

    /// <summary>Closes the set. The registered descriptors stay open.</summary>
    public void Dispose() => Handle.Dispose();
}
