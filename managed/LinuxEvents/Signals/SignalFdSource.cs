using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A signalfd, opened only where no signal of its set can go anywhere else.</summary>
/// <remarks>
/// A thread that does not block the signal would take it, and its default effect end the process. A thread that is just being
/// created, or creates one, blocks everything for that moment and then what it blocked before: it says nothing. So
/// threads are looked at until two scans in a row find each one blocking the signals, and none in that state, or only such
/// as stay in it.
/// </remarks>
internal sealed class SignalFdSource : SignalSource
{
    // What libc itself leaves out, or the kernel, when everything is blocked.
    private static readonly ulong s_neverBlocked = SignalMask.Bit((int)LinuxSignal.SIGKILL) | SignalMask.Bit((int)LinuxSignal.SIGSTOP)
        | SignalMask.Bit(32) | SignalMask.Bit(33) | SignalMask.Bit(34);

    private static readonly object s_gate = new();
    private static ulong s_taken;

    private readonly ulong _signals;

    private SignalFdSource(ulong signals, int descriptor)
    {
        _signals = signals;
        SetHandle(descriptor);
    }

    public static SignalFdSource Open(ulong signals)
    {
        NativeLibraryVersion.Ensure();
        lock (s_gate)
        {
            if ((s_taken & signals) != 0)
            {
                throw new InvalidOperationException($"There is a subscription by signalfd to {SignalMask.Names(s_taken & signals)} already, "
                    + "and a signalfd gives each signal to one reader only.");
            }

            RequireBlockedInEveryThread(signals);
            int descriptor = LinuxEventsException.ThrowIfError(
                NativeMethods.lxe_signalfd_create(signals, NativeMethods.LXE_NONBLOCK), "signalfd", SignalMask.Names(signals));
            s_taken |= signals;
            return new SignalFdSource(signals, descriptor);
        }
    }

    protected override unsafe int Read(int descriptor, lxe_signal_info* info) => NativeMethods.lxe_signalfd_read(descriptor, info, 1);

    protected override bool ReleaseHandle()
    {
        lock (s_gate)
            s_taken &= ~_signals;
        return base.ReleaseHandle();
    }

    private static void RequireBlockedInEveryThread(ulong signals)
    {
        int clean = 0;
        for (int scan = 0; clean < 2; scan++)
        {
            bool undecided = false;
            foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
            {
                ProcessStatus status;
                try
                {
                    status = ProcessStatus.Read($"{thread}/status");
                }
                catch (IOException)
                {
                    continue; // It has ended.
                }

                if ((signals & ~status.Blocked) != 0)
                {
                    throw new InvalidOperationException($"Thread {Path.GetFileName(thread)} ({status.Name}) does not block "
                        + $"{SignalMask.Names(signals & ~status.Blocked)}, which would end the process instead of reaching the signalfd. Start the "
                        + "program with these signals blocked, so that each of its threads inherits that, or use SignalDelivery.Relay.");
                }

                undecided |= (status.Blocked | s_neverBlocked) == ulong.MaxValue;
            }

            clean = undecided && scan < 100 ? 0 : clean + 1;
            if (clean == 0)
                Thread.Sleep(1);
        }
    }
}
