using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// A signalfd: signals as a descriptor, readable while one of its set is pending. signalfd(2). This is the plain kernel
/// object, for programs that see to it that its signals are blocked in every thread: a thread that does not block one takes it, and
/// where no handler is installed the process ends. <see cref="SignalSubscription"/> sees to that by itself. Every member may be
/// called by any thread at any time; but which signals are pending is judged for the thread that reads or polls.
/// </summary>
public sealed unsafe class SignalFd : IDisposable
{
    private const int BatchLength = 16;

    /// <summary>Makes a descriptor that takes signals.</summary>
    /// <param name="signals">The set; SIGKILL and SIGSTOP are left out silently by the kernel.</param>
    /// <exception cref="ArgumentException">One of them is no signal.</exception>
    /// <exception cref="LinuxEventsException">No descriptor or memory is left (EMFILE, ENFILE, ENOMEM).</exception>
    public SignalFd(params ReadOnlySpan<LinuxSignal> signals) =>
        Handle = SafeSignalFdHandle.Create(SignalMask.Of(signals), NativeMethods.LXE_NONBLOCK);

    /// <summary>The descriptor, which is non-blocking.</summary>
    public SafeSignalFdHandle Handle { get; }

    /// <summary>Changes the set.</summary>
    /// <param name="signals">The new set.</param>
    /// <exception cref="ArgumentException">One of them is no signal.</exception>
    public void Set(params ReadOnlySpan<LinuxSignal> signals)
    {
        ulong mask = SignalMask.Of(signals);
        using var descriptor = new DescriptorReference(Handle);
        descriptor.Check(NativeMethods.lxe_signalfd_set(descriptor.Number, mask), "signalfd");
    }

    /// <summary>Takes pending signals, lowest number first.</summary>
    /// <param name="signals">Receives them.</param>
    /// <returns>How many were taken; 0 when none is pending.</returns>
    public int TryRead(Span<SignalInfo> signals)
    {
        using var descriptor = new DescriptorReference(Handle);
        lxe_signal_info* batch = stackalloc lxe_signal_info[BatchLength];
        int taken = 0;
        while (taken < signals.Length)
        {
            int count = NativeMethods.lxe_signalfd_read(descriptor.Number, batch, Math.Min(BatchLength, signals.Length - taken));
            if (!descriptor.CheckReady(count, "read"))
                break;
            for (int i = 0; i < count; i++)
                signals[taken++] = new SignalInfo(batch[i]);
        }

        return taken;
    }

    /// <summary>Takes the pending signal with the lowest number, and blocks while there is none.</summary>
    public SignalInfo Read()
    {
        SignalInfo signal = default;
        var one = new Span<SignalInfo>(ref signal);
        if (TryRead(one) == 0)
        {
            using var wait = new DescriptorWait(Handle, PollEvents.Read);
            while (TryRead(one) == 0)
                wait.Next(Deadline.Never);
        }

        return signal;
    }

    /// <summary>Names it: "signalfd, descriptor 7".</summary>
    public override string ToString() => $"signalfd, {Handle}";

    /// <summary>Closes the descriptor. Signals that are pending stay so.</summary>
    public void Dispose() => Handle.Dispose();
}
