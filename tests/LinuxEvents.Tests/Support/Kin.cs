namespace LinuxEvents.Tests;

/// <summary>Which processes belong together.</summary>
internal static class Kin
{
    public static int GroupOf(int pid) => ProcessTable.TryGetRunning(pid, out ProcEntry entry) ? entry.ProcessGroup : 0;

    /// <summary>Whether a group has a member that is no zombie.</summary>
    public static bool GroupRuns(int group) => Any(entry => entry.ProcessGroup == group);

    /// <summary>As <see cref="GroupRuns"/>, of a session.</summary>
    public static bool SessionRuns(int session) => Any(entry => entry.Session == session);

    private static bool Any(Func<ProcEntry, bool> predicate) =>
        ProcessTable.All().Any(id => ProcessTable.TryGetRunning(id, out ProcEntry entry) && predicate(entry));
}
