using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// An eventfd: a 64-bit counter that is readable while it is above 0. eventfd(2). Every member may be called by any thread
/// at any time; to await it, register <see cref="Handle"/> with a <see cref="Selector"/>.
/// </summary>
public sealed unsafe class EventFd : IDisposable
{
    /// <summary>Makes a counter.</summary>
    /// <param name="initialValue">Its first value.</param>
    /// <param name="semaphore">Whether a read takes 1 off the counter instead of all.</param>
    /// <exception cref="LinuxEventsException">No descriptor or memory is left (EMFILE, ENFILE, ENOMEM).</exception>
    public EventFd(uint initialValue = 0, bool semaphore = false) =>
        Handle = SafeEventFdHandle.Create(initialValue, NativeMethods.LXE_NONBLOCK | (semaphore ? NativeMethods.LXE_EVENTFD_SEMAPHORE : 0));

    /// <summary>The counter's descriptor, which is non-blocking.</summary>
    public SafeEventFdHandle Handle { get; }

    /// <summary>Takes the counter's value and sets it to 0, or takes 1 off a semaphore.</summary>
    /// <param name="value">What was taken.</param>
    /// <returns><see langword="false"/> while the counter is 0.</returns>
    public bool TryRead(out ulong value)
    {
        using var descriptor = new DescriptorReference(Handle);
        ulong taken = 0;
        bool ready = descriptor.CheckReady(NativeMethods.lxe_eventfd_read(descriptor.Number, &taken), "read");
        value = taken;
        return ready;
    }

    /// <summary>As <see cref="TryRead"/>, but blocks while the counter is 0.</summary>
    /// <returns>What was taken.</returns>
    public ulong Read()
    {
        if (TryRead(out ulong value))
            return value;
        using var wait = new DescriptorWait(Handle, PollEvents.Read);
        while (!TryRead(out value))
            wait.Next(Deadline.Never);
        return value;
    }

    /// <summary>Adds to the counter, which holds at most 2⁶⁴ - 2.</summary>
    /// <param name="value">Less than <see cref="ulong.MaxValue"/>.</param>
    /// <returns><see langword="false"/> while there is no room for it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is <see cref="ulong.MaxValue"/>.</exception>
    public bool TryWrite(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(value, ulong.MaxValue);
        using var descriptor = new DescriptorReference(Handle);
        return descriptor.CheckReady(NativeMethods.lxe_eventfd_write(descriptor.Number, value), "write");
    }

    /// <summary>As <see cref="TryWrite"/>, but no room is an error.</summary>
    /// <param name="value">Less than <see cref="ulong.MaxValue"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is <see cref="ulong.MaxValue"/>.</exception>
    /// <exception cref="LinuxEventsException">EAGAIN: the counter has no room for the value.</exception>
    public void Write(ulong value = 1)
    {
        if (!TryWrite(value))
            LinuxEventsException.Throw(Errno.EAGAIN, "write", Handle);
    }

    /// <summary>Names it: "eventfd, descriptor 7".</summary>
    public override string ToString() => $"eventfd, {Handle}";

    /// <summary>Closes the counter's descriptor.</summary>
    public void Dispose() => Handle.Dispose();
}
