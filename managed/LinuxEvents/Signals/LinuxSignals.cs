using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>What is known about signals only at run time, and sending them by number.</summary>
public static partial class LinuxSignals
{
    internal const int Highest = 64;

    /// <summary>
    /// SIGRTMIN. The numbers from 32 to below it are libc's own (how many differs between glibc and musl); by itself the runtime
    /// suspends threads for the garbage collector.
    /// </summary>
    internal static readonly int RealTimeMinimum = AskLibc();

    /// <summary>The real-time signal SIGRTMIN+<paramref name="number"/>. signal(7)</summary>
    /// <param name="number">1 or more: SIGRTMIN itself is the runtime's.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal, or it is the runtime's.</exception>
    public static LinuxSignal RealTime(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Highest - RealTimeMinimum);
        return (LinuxSignal)(RealTimeMinimum + number);
    }

    /// <summary>
    /// Whether this process ignores the signal now. <c>nohup</c> starts programs with SIGHUP ignored, and a shell without
    /// job control starts those in the background with SIGINT and SIGQUIT ignored: a program that wants to keep it so
    /// leaves an ignored signal out of its subscription.
    /// </summary>
    /// <param name="signal">The signal, 1 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="IOException">There is no <c>/proc</c> to ask.</exception>
    public static bool IsIgnored(LinuxSignal signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((int)signal, 1, nameof(signal));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)signal, Highest, nameof(signal));
        return (ProcessStatus.Read().Ignored & SignalMask.Bit((int)signal)) != 0;
    }

    // By the program's own handle, because libc's file name is another one everywhere.
    private static unsafe int AskLibc() =>
        ((delegate* unmanaged<int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "__libc_current_sigrtmin"))();
}
