using System.Globalization;

namespace LinuxEvents;

/// <summary>What the kernel tells of a thread's signals, and with them its process's. proc_pid_status(5)</summary>
/// <param name="Name">What the thread calls itself.</param>
/// <param name="Blocked">What the thread blocks.</param>
/// <param name="Ignored">What the process ignores.</param>
/// <param name="Caught">What the process has a handler for.</param>
internal readonly record struct ProcessStatus(string Name, ulong Blocked, ulong Ignored, ulong Caught)
{
    /// <summary>Reads the status of this process, or of one of its threads by the path of its <c>status</c> file.</summary>
    /// <exception cref="IOException">There is no such thread any more, or no /proc.</exception>
    public static ProcessStatus Read(string path = "/proc/self/status")
    {
        string name = "";
        ulong blocked = 0, ignored = 0, caught = 0;
        foreach (string line in File.ReadLines(path))
        {
            ReadOnlySpan<char> value = line.AsSpan(line.IndexOf('\t') + 1);
            if (line.StartsWith("Name:", StringComparison.Ordinal))
                name = value.ToString();
            else if (line.StartsWith("SigBlk:", StringComparison.Ordinal))
                blocked = Parse(value);
            else if (line.StartsWith("SigIgn:", StringComparison.Ordinal))
                ignored = Parse(value);
            else if (line.StartsWith("SigCgt:", StringComparison.Ordinal))
                caught = Parse(value);
        }

        return new ProcessStatus(name, blocked, ignored, caught);

        static ulong Parse(ReadOnlySpan<char> mask) => ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
