using System.Runtime.InteropServices;

namespace LinuxEvents.Tests;

/// <summary>Calls that only tests need.</summary>
internal static unsafe class Libc
{
    [DllImport("libc", CharSet = CharSet.Ansi)]
    public static extern int mkfifo(string path, uint mode);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    public static extern int open(string path, int flags);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    public static extern int chmod(string path, uint mode);

    [DllImport("libc")]
    public static extern int waitpid(int pid, int* status, int options);

    /// <summary>Blocks signals in the calling thread, or lets them through again.</summary>
    public static void Block(bool block, ulong signals)
    {
        // Libc's set is 1024 bits long.
        ulong* set = stackalloc ulong[16];
        new Span<ulong>(set, 16).Clear();
        set[0] = signals;
        Assert.Equal(0, pthread_sigmask(block ? 0 : 1, set, null));
    }

    [DllImport("libc")]
    private static extern int pthread_sigmask(int how, ulong* set, ulong* former);

    /// <summary>Sends a signal to the calling thread alone.</summary>
    public static void RaiseHere(LinuxSignal signal) => Assert.Equal(0, tgkill(Environment.ProcessId, gettid(), (int)signal));

    /// <summary>Sends a signal to a thread of this process.</summary>
    public static void Signal(int tid, LinuxSignal signal) => Assert.Equal(0, tgkill(Environment.ProcessId, tid, (int)signal));

    /// <summary>Makes the other side of a terminal's master usable.</summary>
    /// <returns>The other side's path.</returns>
    public static string UnlockTerminal(SafeFdHandle master)
    {
        byte* name = stackalloc byte[100];
        Assert.Equal(0, grantpt(master.Descriptor));
        Assert.Equal(0, unlockpt(master.Descriptor));
        Assert.Equal(0, ptsname_r(master.Descriptor, name, 100));
        return Marshal.PtrToStringUTF8((nint)name)!;
    }

    [DllImport("libc")]
    private static extern int grantpt(int master);

    [DllImport("libc")]
    private static extern int unlockpt(int master);

    [DllImport("libc")]
    private static extern int ptsname_r(int master, byte* name, nuint length);

    [DllImport("libc")]
    public static extern int gettid();

    [DllImport("libc")]
    public static extern int kill(int pid, int signal);

    [DllImport("libc")]
    private static extern int tgkill(int pid, int tid, int signal);
}
