using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A signalfd, opened only where no signal of its set can go anywhere else.</summary>
internal sealed class SignalFdSource : SignalSource
{
    private static readonly object s_gate = new();
    private static ulong s_taken;

    // What was read and not taken, for the next subscription: the signals are still blocked, so they have had no effect.
    private static readonly List<lxe_signal_info> s_left = [];

    private readonly ulong _signals;

    private SignalFdSource(ulong signals, int descriptor)
    {
        _signals = signals;
        SetHandle(descriptor);
    }

    public static SignalFdSource Open(ulong signals, SignalSubscriptionOptions options)
    {
        NativeLibraryVersion.Ensure();
        lock (s_gate)
        {
            if ((s_taken & signals) != 0)
            {
                throw new InvalidOperationException($"There is a subscription by signalfd to {SignalMask.Names(s_taken & signals)} already, "
                    + "and a signalfd gives each signal to one reader only.");
            }

            if (options.BlockInEveryThread && signals != 0)
                ThreadMasks.Block(signals, options.BlockTimeout);
            else
                ThreadMasks.RequireBlocked(signals);
            int descriptor = LinuxEventsException.ThrowIfError(
                NativeMethods.lxe_signalfd_create(signals, NativeMethods.LXE_NONBLOCK), "signalfd", SignalMask.Names(signals));
            s_taken |= signals;
            var source = new SignalFdSource(signals, descriptor);
            bool IsOurs(lxe_signal_info info) => (signals & SignalMask.Bit((int)info.signal)) != 0;
            source.Begin([.. s_left.Where(IsOurs)]);
            s_left.RemoveAll(IsOurs);
            return source;
        }
    }

    protected override unsafe int Read(int descriptor, lxe_signal_info* infos, int capacity) =>
        NativeMethods.lxe_signalfd_read(descriptor, infos, capacity);

    protected override bool ReleaseHandle()
    {
        lock (s_gate)
        {
            s_taken &= ~_signals;
            s_left.AddRange(Ahead);
        }

        return base.ReleaseHandle();
    }
}
