using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// Keeps the .NET runtime from acting on a signal that relay subscriptions receive, and only on that: one for each signal that
/// was ever subscribed to.
/// </summary>
/// <remarks>
/// <para>The actions of a signal lie on each other: at the bottom the kernel's default or, for SIGINT, SIGQUIT and SIGTERM, the virtual
/// machine's; above it the handler of <see cref="PosixSignalRegistration"/>, there from a signal's first registration to its
/// last; on top the relay's, which passes on what it gets. The middle one forces two things upon us.</para>
/// <para><i>Order.</i> With the last registration it writes back the action that it once found, whatever lies there now. If that
/// happened under the relay, the relay would be gone and the next signal end the process. And above the relay it would not
/// pass on SIGINT, SIGQUIT and SIGTERM. So a registration of ours is made before the relay's handler and disposed after it.</para>
/// <para><i>Lateness.</i> Its handler only notes the signal; a thread then asks the registrations, and where none cancels, brings
/// the default effect about. The subscriber may long have read that same signal and ended the subscription: were our registration
/// gone, or did it no longer cancel, then a SIGTERM that was received and handled would still end the process. But a
/// signal that came after the end must not be cancelled, or it would be lost. Whether there is a subscription when the runtime
/// asks therefore decides nothing. Counts do: the relay counts a signal that it takes for a subscription before anybody can read
/// it, and about each of these the runtime asks once. So we cancel as often as the relay has taken, never once more; which of two
/// equal signals that hits is all the same. After the last subscription the registration stays until the counts are even.</para>
/// <para><i>Above.</i> Where the signal's first registration was made during a subscription and we had none, the runtime's handler lies above
/// the relay's, and leaves the default effect to it, whom it takes for a handler that acts. The relay, called from above, can't know whether
/// somebody cancels. So there our registration stays when the counts are even, until the runtime asks it about a signal that was for nobody:
/// then it goes, the relay's handler with it, and the signal is sent once more, unless others are registered still.</para>
/// <para>One gate guards everything. Below it only <see cref="PosixSignalRegistration"/>'s own lock is taken, and that is
/// never held when it calls us.</para>
/// </remarks>
internal sealed class RuntimeHold
{
    /// <summary>What the runtime handles or others are likely to register for while a subscription lives.</summary>
    private static readonly ulong s_usual = SignalMask.Bit((int)LinuxSignal.SIGHUP) | SignalMask.Bit((int)LinuxSignal.SIGINT)
        | SignalMask.Bit((int)LinuxSignal.SIGQUIT) | SignalMask.Bit((int)LinuxSignal.SIGTERM)
        | SignalMask.Bit((int)LinuxSignal.SIGCONT) | SignalMask.Bit((int)LinuxSignal.SIGWINCH);

    private static readonly object s_gate = new();
    private static readonly RuntimeHold?[] s_holds = new RuntimeHold?[LinuxSignals.Highest + 1];

    private readonly int _signal;
    private int _subscriptions;
    private PosixSignalRegistration? _registration;
    private bool _asked;
    private ulong _cancelled;

    private RuntimeHold(int signal) => _signal = signal;

    /// <summary>Whether the runtime has still to ask about a signal that a subscription has taken.</summary>
    public static bool IsBehind(LinuxSignal signal)
    {
        lock (s_gate)
            return s_holds[(int)signal] is { _registration: not null, _asked: true } hold && hold._cancelled != hold.Taken();
    }

    /// <summary>To be called before a subscription of the relay begins.</summary>
    /// <exception cref="IOException">The runtime can't install its handler.</exception>
    public static void Acquire(ulong signals)
    {
        lock (s_gate)
        {
            ulong acquired = 0;
            try
            {
                ProcessStatus status = Status();
                foreach (int signal in SignalMask.Members(signals))
                {
                    (s_holds[signal] ??= new RuntimeHold(signal)).Acquire(status);
                    acquired |= SignalMask.Bit(signal);
                }
            }
            catch
            {
                Release(acquired);
                throw;
            }
        }
    }

    /// <summary>To be called after a subscription of the relay has ended.</summary>
    public static void Release(ulong signals)
    {
        lock (s_gate)
        {
            foreach (int signal in SignalMask.Members(signals))
            {
                s_holds[signal]!._subscriptions--;
                s_holds[signal]!.DisposeIfDone();
            }
        }
    }

    private void Acquire(ProcessStatus status)
    {
        ulong bit = SignalMask.Bit(_signal);
        if (_subscriptions == 0 && _registration is null && ((s_usual | status.Caught) & bit) != 0)
        {
            // The runtime leaves an ignored signal as it is: a registration for it is never asked.
            _asked = (status.Ignored & bit) == 0;
            _cancelled = Taken();
            _registration = PosixSignalRegistration.Create((PosixSignal)_signal, OnSignal);
        }

        _subscriptions++;
    }

    private void OnSignal(PosixSignalContext context)
    {
        lock (s_gate)
        {
            if (_cancelled == Taken())
            {
                if (_subscriptions == 0 && !context.Cancel)
                    PassOn();
                return;
            }

            _cancelled++;
            context.Cancel = true;
            DisposeIfDone();
        }
    }

    private void DisposeIfDone()
    {
        if (_subscriptions > 0 || _registration is null || (_asked && (_cancelled != Taken() || IsRelayBelow())))
            return;
        _registration.Dispose();
        _registration = null;
    }

    private void PassOn()
    {
        if (_registration is null || !IsRelayBelow())
            return; // The runtime itself brings the default effect about.
        _registration.Dispose();
        _registration = null;
        if (!IsRelayBelow())
            LinuxSignals.Send(Environment.ProcessId, (LinuxSignal)_signal);
    }

    private bool IsRelayBelow() => NativeMethods.lxe_relay_settle(_signal) > 0;

    private unsafe ulong Taken()
    {
        ulong count;
        LinuxEventsException.ThrowIfError(NativeMethods.lxe_relay_taken(_signal, &count), "lxe_relay_taken");
        return count;
    }

    private static ProcessStatus Status()
    {
        try
        {
            return ProcessStatus.Read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without /proc: as if others handled everything, which costs a little time with each signal.
            return new ProcessStatus("", Blocked: 0, Ignored: 0, Caught: ulong.MaxValue);
        }
    }
}
