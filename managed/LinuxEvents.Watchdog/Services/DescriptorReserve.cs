using System.Globalization;
using System.IO.Enumeration;

namespace LinuxEvents.Watchdog;

/// <summary>
/// Looked after before a process is started, so that the start leaves the watchdog as many descriptors as it takes to stop: .NET opens two
/// for an assembly first needed and two for a thread, such as the one on which it hears of SIGTERM, and ends the process where it can't. They are
/// counted: whoever tries how many there are leaves none to the other threads meanwhile.
/// </summary>
internal static class DescriptorReserve
{
    private const int Kept = 24;
    private const int MostOfAStart = 8; // the null device, four ends of pipes, a pidfd

    private const string Opened = "/proc/self/fd";

    /// <summary>How many there are at least. To count them all at each start would take ever longer.</summary>
    private static long s_free;

    /// <exception cref="IOException">There are fewer.</exception>
    public static void Require()
    {
        s_free -= MostOfAStart;
        if (s_free < Kept) s_free = Count() - MostOfAStart;
        if (s_free < Kept) throw new IOException($"too few descriptors are left: the watchdog keeps {Kept} for itself (see 'ulimit -n')");
    }

    private static long Count()
    {
        if (!Directory.Exists(Opened)) return int.MaxValue; // no /proc
        string[] limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return !long.TryParse(limit[3], NumberStyles.None, CultureInfo.InvariantCulture, out long most)
            ? int.MaxValue
            : most - new FileSystemEnumerable<bool>(Opened, (ref _) => true).Count();
    }
}
