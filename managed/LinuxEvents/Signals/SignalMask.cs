using static LinuxEvents.LinuxSignal;

namespace LinuxEvents;

/// <summary>Sets of signals as the native library has them: bit n-1 is signal n.</summary>
internal static class SignalMask
{
    public static ulong Bit(int signal) => 1UL << (signal - 1);

    /// <summary>Any set of signals.</summary>
    /// <exception cref="ArgumentException">One of them is none.</exception>
    public static ulong Of(ReadOnlySpan<LinuxSignal> signals)
    {
        ulong mask = 0;
        foreach (LinuxSignal signal in signals)
        {
            if ((int)signal is < 1 or > LinuxSignals.Highest)
                throw new ArgumentException($"There is no signal {(int)signal}; they go from 1 to {LinuxSignals.Highest}.", nameof(signals));
            mask |= Bit((int)signal);
        }

        return mask;
    }

    /// <summary>The set of signals that shall be subscribed to.</summary>
    /// <exception cref="ArgumentException">It is empty, or one of them can't be subscribed to.</exception>
    public static ulong ForSubscription(ReadOnlySpan<LinuxSignal> signals)
    {
        if (signals.IsEmpty)
            throw new ArgumentException("Name one or more signals.", nameof(signals));

        ulong mask = 0;
        foreach (LinuxSignal signal in signals)
        {
            if (Refusal(signal) is { } reason)
                throw new ArgumentException($"{Name(signal)} can't be subscribed to: {reason}", nameof(signals));
            mask |= Bit((int)signal);
        }

        return mask;
    }

    /// <summary>A set's members, by number.</summary>
    public static LinuxSignal[] Members(ulong mask) =>
        [.. Enumerable.Range(1, LinuxSignals.Highest).Where(n => (mask & Bit(n)) != 0).Select(n => (LinuxSignal)n)];

    public static string Name(LinuxSignal signal) =>
        signal != None && Enum.IsDefined(signal) ? signal.ToString() : $"Signal {(int)signal}";

    /// <summary>The names of a set's members: "SIGINT, SIGTERM".</summary>
    public static string Names(ulong mask) =>
        string.Join(", ", Members(mask).Select(Name));

    private static string? Refusal(LinuxSignal signal) => signal switch
    {
        < (LinuxSignal)1 or > (LinuxSignal)LinuxSignals.Highest => "there is no such signal; they go from 1 to 64.",
        SIGKILL or SIGSTOP => "the kernel lets no program catch it.",
        SIGILL or SIGTRAP or SIGBUS or SIGFPE or SIGSEGV or SIGSYS =>
            "it reports a fault in the very instruction that a thread executes, and the runtime turns it into an exception.",
        SIGABRT => "it ends a program that has found itself broken.",
        SIGCHLD => "it is the runtime's, and tells neither how many children have ended nor which. Await them by "
            + "ChildProcess.WaitForExitAsync.",
        >= (LinuxSignal)32 when (int)signal < LinuxSignals.RealTimeMinimum => "libc keeps it for itself.",
        >= (LinuxSignal)32 when (int)signal == LinuxSignals.RealTimeMinimum =>
            "the runtime suspends threads by it. LinuxSignals.RealTime(1) is the first real-time signal for programs.",
        _ => null,
    };
}
