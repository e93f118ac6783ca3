using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A subscription to the native library's relay, and the hold on the runtime below it.</summary>
internal sealed class RelaySource : SignalSource
{
    private readonly ulong _signals;

    private RelaySource(ulong signals, int descriptor)
    {
        _signals = signals;
        SetHandle(descriptor);
        Capacity = LinuxEventsException.ThrowIfError(NativeMethods.lxe_relay_capacity(descriptor), "lxe_relay_capacity", this);
    }

    public override int Capacity { get; }

    public override unsafe ulong Dropped
    {
        get
        {
            using var descriptor = new DescriptorReference(this);
            ulong count;
            descriptor.Check(NativeMethods.lxe_relay_dropped(descriptor.Number, &count), "lxe_relay_dropped");
            return count;
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
                _ = NativeMethods.lxe_relay_unread((int)handle, infos, Ahead.Length);
        }

        int result = NativeMethods.lxe_relay_close_take((int)handle);
        RuntimeHold.Release(_signals);
        return result >= 0;
    }
}
