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

    [DllImport("libc")]
    public static extern int pthread_sigmask(int how, ulong* set, ulong* former);
}
