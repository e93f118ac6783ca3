using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Watchdog;

/// <summary>Descriptor 1 as a stream of the loop.</summary>
internal static class StandardOutput
{
    private const string Name = "/proc/self/fd/1";

    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    /// <exception cref="IOException">It is closed.</exception>
    public static FdStream Open(Selector selector)
    {
        if (!IsInherited()) throw new IOException("standard output is closed");
        return Reopen() is { } own
            ? new FdStream(own, FileAccess.Write, selector)
            : new FdStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, selector, ownsHandle: false);
    }

    /// <summary>
    /// Where the watchdog was started with descriptor 1 closed, the runtime has got the number for something of its own, which is no
    /// place for output. That is closed on exec; what was inherited can't be.
    /// </summary>
    private static bool IsInherited()
    {
        try
        {
            const string Flags = "flags:";
            string line = File.ReadLines("/proc/self/fdinfo/1").First(line => line.StartsWith(Flags, StringComparison.Ordinal));
            return (Convert.ToInt32(line[Flags.Length..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return !Directory.Exists("/proc/self/fdinfo"); // without /proc it can't be told
        }
    }

    /// <summary>
    /// A stream makes its open file description non-blocking. Terminals and pipes are shared with programs that do not expect that
    /// and so get a description of their own. A regular file keeps the inherited one, which knows where to append.
    /// </summary>
    private static SafeFileHandle? Reopen()
    {
        try
        {
            bool isPipe = new FileInfo(Name).LinkTarget?.StartsWith("pipe:[", StringComparison.Ordinal) == true;
            if (!isPipe && Console.IsOutputRedirected) return null;
            return File.OpenHandle(Name, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
