using System.Globalization;
using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents;

/// <summary>The terminal that controls this process's session: the one whose keys interrupt and stop. credentials(7)</summary>
public static class ControllingTerminal
{
    /// <summary>
    /// Gives the terminal up, if this process leads a session that has one, so that a child can have it by
    /// <see cref="SpawnOptions.ControllingTerminal"/>. What is open on it stays open.
    /// </summary>
    /// <remarks>The foreground process group of the terminal, of which this process may be a member, gets SIGHUP and SIGCONT, with this process as
    /// their sender. Subscribe to SIGHUP before, or be ended by it (except as process 1).</remarks>
    /// <returns>The terminal, to be disposed by the caller; <see langword="null"/> when there is none, or another process leads the session.</returns>
    /// <exception cref="IOException">There is no <c>/proc</c> to ask, or the terminal may not be opened.</exception>
    public static SafeFileHandle? Release()
    {
        if (!LeadsSessionWithTerminal())
            return null;
        SafeFileHandle terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            NativeLibraryVersion.Ensure();
            LinuxEventsException.ThrowIfError(NativeMethods.lxe_pty_disown((int)terminal.DangerousGetHandle()), "ioctl(TIOCNOTTY)", "/dev/tty");
            return terminal;
        }
        catch
        {
            terminal.Dispose();
            throw;
        }
    }

    /// <summary>By <c>/proc/self/stat</c>: "ID (name) S PARENT GROUP SESSION TERMINAL ...", where the name may hold anything.</summary>
    private static bool LeadsSessionWithTerminal()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 6);
        return fields[3] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture) && fields[4] != "0";
    }
}
