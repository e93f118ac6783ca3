using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A subscription to the native library's relay, and the hold on the runtime below it.</summary>
internal sealed class RelaySource : SignalSource
{
    private readonly ulong _signals;
    private ulong _dropped;

    private RelaySource(ulong signals, int descriptor)
    {
        _signals = signals;
        SetHandle(descriptor);
        Capacity = LinuxEventsException.ThrowIfError(NativeMethods.lxe_relay_capacity(descriptor), "lxe_relay_capacity", this);
    }

    public override int Capacity { get; }

    public override ulong Dropped
    {
        get
        {
            try
            {
                using var descriptor = new DescriptorReference(this);
                descriptor.Check(CountDropped(), "lxe_relay_dropped");
            }
            catch (ObjectDisposedException)
            {
                // It has ended: what it had counted by then.
            }

            return Volatile.Read(ref _dropped);
        }
    }

    public static RelaySource Open(ulong signals, int capacity, SignalOverflow overflow)
    {
        NativeLibraryVersion.Ensure();
        RuntimeHold.Acquire(signals);
        uint flags = NativeMethods.LXE_NONBLOCK | NativeMethods.LXE_RELAY_RAISE_HANDLED
            | (overflow == SignalOverflow.DropOldest ? NativeMethods.LXE_RELAY_DROP_OLDEST : 0);
        int descriptor = NativeMethods.lxe_relay_open(signals, flags, capacity);
        if (descriptor >= 0)
            return new RelaySource(signals, descriptor);
        RuntimeHold.Release(signals);
        throw LinuxEventsException.Create(-descriptor, "lxe_relay_open", SignalMask.Names(signals));
    }

    protected override unsafe int Read(int descriptor, lxe_signal_info* infos, int capacity) =>
        NativeMethods.lxe_relay_read(descriptor, infos, capacity);

    /// <summary>First the relay, then the hold below it.</summary>
    protected override unsafe bool ReleaseHandle()
    {
        fixed (lxe_signal_info* infos = Ahead)
        {
            if (infos is not null)
            {
                // There may be no room for them any more: a page more takes them all.
                int size = NativeMethods.lxe_fd_pipe_size((int)handle, 0);
                _ = NativeMethods.lxe_fd_pipe_size((int)handle, (uint)(size + Environment.SystemPageSize));
                _ = NativeMethods.lxe_relay_unread((int)handle, infos, Ahead.Length);
            }
        }

        _ = CountDropped();
        int result = NativeMethods.lxe_relay_close_take((int)handle);
        RuntimeHold.Release(_signals);
        return result >= 0;
    }

    private unsafe int CountDropped()
    {
        ulong count;
        int result = NativeMethods.lxe_relay_dropped((int)handle, &count);
        if (result >= 0)
            Volatile.Write(ref _dropped, count);
        return result;
    }
}
