using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LinuxEvents.Tests;

/// <summary>What a thread can do to itself and its process behind the runtime's back.</summary>
internal static class NativeThread
{
    /// <summary>Ends the calling thread alone. exit(2)</summary>
    public static void End() => _ = syscall(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 60 : 93, 0);

    /// <summary>_exit(2)</summary>
    public static void EndProgram(int code) => _exit(code);

    /// <summary>Has the shell run a command in this program's place. execve(2)</summary>
    public static void Execute(string command) => _ = execl("/bin/sh", "sh", "-c", command, 0);

    /// <summary>Traces a process without stopping it: the calling thread gets its end before its parent does. ptrace(2)</summary>
    public static void Trace(int pid)
    {
        const int Seize = 0x4206;
        if (ptrace(Seize, pid, 0, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Takes the end of a traced process, so that its parent gets it.</summary>
    public static unsafe void Release(int pid)
    {
        if (waitpid(pid, null, 0) != pid)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", SetLastError = true)]
    private static extern nint ptrace(nint request, int pid, nint address, nint data);

    [DllImport("libc", SetLastError = true)]
    private static extern unsafe int waitpid(int pid, int* status, int options);

    [DllImport("libc")]
    private static extern nint syscall(nint number, nint argument);

    [DllImport("libc")]
    private static extern void _exit(int code);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    private static extern int execl(string path, string name, string option, string command, nint end);
}
