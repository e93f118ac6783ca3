using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptor that a subscription reads its signals from, without blocking, and those that it has read ahead.</summary>
/// <remarks>One thread at a time: the subscription sees to that. <see cref="SafeFdHandle"/> keeps the release away from them.</remarks>
internal abstract class SignalSource : SafeFdHandle
{
    /// <summary>How many are read at once.</summary>
    public const int BatchLength = 16;

    private lxe_signal_info[] _ahead = [];
    private int _next, _end;

    /// <summary>How many signals may wait; 0 where the kernel keeps them.</summary>
    public virtual int Capacity => 0;

    /// <summary>How many signals were lost because there was no room.</summary>
    public virtual ulong Dropped => 0;

    /// <summary>What was read and not taken.</summary>
    protected Span<lxe_signal_info> Ahead => _ahead.AsSpan(_next.._end);

    /// <summary>Takes a signal, if one waits.</summary>
    /// <param name="capacity">How many may be read at once when none was read ahead; 0 for none.</param>
    /// <param name="info">The signal.</param>
    /// <param name="drained">Whether the descriptor was read now and gave all that it had.</param>
    /// <exception cref="ObjectDisposedException">The descriptor is closed.</exception>
    public unsafe bool TryTake(int capacity, out SignalInfo info, out bool drained)
    {
        using var descriptor = new DescriptorReference(this);
        info = default;
        drained = false;
        if (_next == _end)
        {
            if (capacity == 0)
                return false;
            if (_ahead.Length < BatchLength)
                _ahead = new lxe_signal_info[BatchLength];
            _next = _end = 0;
            fixed (lxe_signal_info* infos = _ahead)
            {
                int count = Read(descriptor.Number, infos, capacity);
                _end = descriptor.CheckReady(count, "read") ? count : 0;
            }

            drained = _end < capacity;
            if (_end == 0)
                return false;
        }

        info = new SignalInfo(_ahead[_next++]);
        return true;
    }

    /// <summary>Puts signals before all that wait. For one that nobody uses yet.</summary>
    protected void Begin(lxe_signal_info[] infos)
    {
        _ahead = infos;
        _end = infos.Length;
    }

    protected abstract unsafe int Read(int descriptor, lxe_signal_info* infos, int capacity);
}
