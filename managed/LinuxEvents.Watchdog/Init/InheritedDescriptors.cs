using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Watchdog;

/// <summary>The descriptors beside 0 to 2 that the watchdog was started with: sockets that somebody else has opened, say.</summary>
internal static class InheritedDescriptors
{
    private const string Flags = "flags:";
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    /// <summary>Those of now: what the runtime and this library open is closed on exec, and what was inherited can't be.</summary>
    public static Dictionary<int, SafeFileHandle> Find()
    {
        var found = new Dictionary<int, SafeFileHandle>();
        if (!Directory.Exists("/proc/self/fdinfo")) return found;
        foreach (string file in Directory.GetFiles("/proc/self/fdinfo"))
        {
            int number = int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture);
            if (number > 2 && IsKept(file)) found.Add(number, new SafeFileHandle(number, ownsHandle: false));
        }

        return found;
    }

    private static bool IsKept(string file)
    {
        try
        {
            string line = File.ReadLines(file).First(line => line.StartsWith(Flags, StringComparison.Ordinal));
            return (Convert.ToInt32(line[Flags.Length..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (IOException)
        {
            return false; // the one by which the directory was read
        }
    }
}
