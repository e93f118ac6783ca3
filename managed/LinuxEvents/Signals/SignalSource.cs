using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptor that a subscription reads its signals from, without blocking.</summary>
internal abstract class SignalSource : SafeFdHandle
{
    /// <summary>How many signals may wait; 0 where the kernel keeps them.</summary>
    public virtual int Capacity => 0;

    /// <summary>How many signals were lost because there was no room.</summary>
    public virtual ulong Dropped => 0;

    /// <summary>Takes a signal, if one waits.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor is closed.</exception>
    public unsafe bool TryRead(out SignalInfo info)
    {
        using var descriptor = new DescriptorReference(this);
        lxe_signal_info native;
        bool ready = descriptor.CheckReady(Read(descriptor.Number, &native), "read");
        info = ready ? new SignalInfo(native) : default;
        return ready;
    }

    protected abstract unsafe int Read(int descriptor, lxe_signal_info* info);
}
