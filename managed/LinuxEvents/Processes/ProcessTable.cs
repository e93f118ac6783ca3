using System.Globalization;

namespace LinuxEvents;

/// <summary>The processes that can be seen in /proc.</summary>
internal static class ProcessTable
{
    /// <summary>The numbers of all.</summary>
    public static IEnumerable<int> All()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                yield return id;
        }
    }

    /// <summary>What is said of one that has not ended.</summary>
    /// <returns><see langword="false"/> when it has, or can't be seen.</returns>
    public static bool TryGetRunning(int id, out ProcEntry entry) => ProcEntry.TryRead($"/proc/{id}", out entry) == 0 && !entry.HasEnded;
}
