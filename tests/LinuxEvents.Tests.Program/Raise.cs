using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LinuxEvents.Tests;

/// <summary>Sends signals to this process.</summary>
internal static class Raise
{
    /// <summary>kill(2)</summary>
    public static void Process(LinuxSignal signal) => Check(kill(Environment.ProcessId, (int)signal));

    /// <summary>sigqueue(3), with the whole width of a sigval.</summary>
    public static void Queue(LinuxSignal signal, long value) => Check(sigqueue(Environment.ProcessId, (int)signal, (nint)value));

    /// <summary>pthread_kill(3) to the calling thread: taken before it returns.</summary>
    public static void Thread(LinuxSignal signal) => Check(raise((int)signal));

    /// <summary>Unblocks a signal in the calling thread, and in those that it creates from then on. pthread_sigmask(3)</summary>
    public static void Unblock(LinuxSignal signal)
    {
        Span<ulong> set = stackalloc ulong[16]; // glibc's sigset_t
        set.Clear();
        set[0] = 1UL << ((int)signal - 1);
        Check(pthread_sigmask(1, ref set[0], 0));
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);

    [DllImport("libc", SetLastError = true)]
    private static extern int sigqueue(int pid, int signal, nint value);

    [DllImport("libc")]
    private static extern int pthread_sigmask(int how, ref ulong set, nint former);

    [DllImport("libc", SetLastError = true)]
    private static extern int raise(int signal);
}
