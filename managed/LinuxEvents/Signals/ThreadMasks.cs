using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>What the threads of this process block.</summary>
/// <remarks>
/// <para>A thread that does not block a signal of a signalfd would take it, and its default effect end the process. What /proc says of
/// a thread may be true for a moment only:</para>
/// <para><i>Everything is blocked.</i> The thread is just being created or creates one, and will block what it blocked before. Or it always
/// does. It is looked at again, and believed after a hundred times.</para>
/// <para><i>The signal is blocked by which the runtime suspends threads.</i> The thread is in the runtime's handler, where the collector
/// holds it, and whatever was changed there is undone when the handler returns. It is looked at again until it has left.</para>
/// <para>A thread may be created while the list is read, by one that was not yet looked at: so two scans in a row must find all in order.</para>
/// </remarks>
internal static class ThreadMasks
{
    private const int Patience = 100;

    // What libc itself leaves out, or the kernel, when everything is blocked.
    private static readonly ulong s_neverBlocked = SignalMask.Bit((int)LinuxSignal.SIGKILL) | SignalMask.Bit((int)LinuxSignal.SIGSTOP)
        | SignalMask.Bit(32) | SignalMask.Bit(33) | SignalMask.Bit(34);

    /// <exception cref="InvalidOperationException">A thread does not block one of the signals.</exception>
    public static void RequireBlocked(ulong signals)
    {
        int clean = 0;
        for (int scan = 0; clean < 2; scan++)
        {
            if (!Scan(signals, out _, out bool blocksAll, out string thread))
            {
                throw new InvalidOperationException($"Thread {thread}, which would end the process instead of reaching the signalfd. Start the "
                    + "program with these signals blocked, so that each of its threads inherits that (a NativeAOT program can see to it by "
                    + "LinuxEventsBlockSignals in its project file), or set SignalSubscriptionOptions.BlockInEveryThread, or use "
                    + "SignalDelivery.Relay.");
            }

            clean = NextClean(clean, blocksAll && scan < Patience);
        }
    }

    /// <summary>Has every thread block the signals.</summary>
    /// <exception cref="TimeoutException">A thread did not answer in time.</exception>
    public static unsafe void Block(ulong signals, TimeSpan timeout)
    {
        long deadline = Deadline.After(timeout);
        int clean = 0;
        for (int scan = 0; clean < 2; scan++)
        {
            int thread;
            int result = NativeMethods.lxe_signal_block_all_threads(signals, deadline, &thread);
            if (result == -Errno.ETIMEDOUT)
                throw new TimeoutException($"Thread {thread} did not block {SignalMask.Names(signals)} within {timeout}.");
            LinuxEventsException.ThrowIfError(result, "lxe_signal_block_all_threads", SignalMask.Names(signals));
            bool blocked = Scan(signals, out bool inHandler, out bool blocksAll, out string name);
            if ((!blocked || inHandler) && Deadline.Left(deadline) == TimeSpan.Zero)
                throw new TimeoutException($"Thread {name} after {timeout}.");
            clean = NextClean(clean, !blocked || inHandler || (blocksAll && scan < Patience));
        }
    }

    private static int NextClean(int clean, bool undecided)
    {
        if (!undecided)
            return clean + 1;
        Thread.Sleep(1);
        return 0;
    }

    /// <returns>Whether every thread blocks the signals at this moment; if not, which does not do what.</returns>
    private static bool Scan(ulong signals, out bool inHandler, out bool blocksAll, out string thread)
    {
        inHandler = blocksAll = false;
        thread = "";
        foreach (string directory in Directory.EnumerateDirectories("/proc/self/task"))
        {
            ProcessStatus status;
            try
            {
                status = ProcessStatus.Read($"{directory}/status");
            }
            catch (IOException)
            {
                continue; // It has ended.
            }

            string name = $"{Path.GetFileName(directory)} ({status.Name})";
            if ((signals & ~status.Blocked) != 0)
            {
                thread = $"{name} does not block {SignalMask.Names(signals & ~status.Blocked)}";
                return false;
            }

            if ((status.Blocked | s_neverBlocked) == ulong.MaxValue)
            {
                blocksAll = true;
            }
            else if ((status.Blocked & SignalMask.Bit(LinuxSignals.RealTimeMinimum)) != 0)
            {
                inHandler = true;
                thread = $"{name} was still in a signal handler";
            }
        }

        return true;
    }
}
