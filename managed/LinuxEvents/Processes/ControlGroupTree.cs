using System.Globalization;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A control group and those below it. cgroups(7)</summary>
/// <remarks>
/// A signal for all there is only for SIGKILL, since Linux 5.14. Any other goes to the members one by one: each is held by a pidfd before the
/// lists are read again, and signalled if it still stands there. So that none is born meanwhile, killing that way is done while the group is frozen.
/// </remarks>
internal sealed class ControlGroupTree : ProcessTree
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(1);

    /// <summary>A member in an uninterruptible call is not frozen before that ends; then newborns are caught by the next kill.</summary>
    private const int MaxLooks = 1000;

    private readonly string _path;
    private readonly bool _usesKillFile;

    /// <param name="selector">The loop.</param>
    /// <param name="path">The group's directory.</param>
    /// <param name="usesKillFile">Whether cgroup.kill is taken where it is there.</param>
    public ControlGroupTree(Selector selector, string path, bool usesKillFile = true)
        : base(selector)
    {
        _path = path;
        _usesKillFile = usesKillFile && File.Exists(In("cgroup.kill"));
        if (!File.Exists(In("cgroup.procs")))
            LinuxEventsException.Throw(Errno.ENOENT, "open", $"the control group '{path}'");
        if (Processes(path).Any(id => id == Environment.ProcessId || id == ProcessSupport.ReaperProcessId))
            throw new InvalidOperationException($"This process, or its reaper, is in the control group '{path}' itself.");
    }

    public override bool Signal(LinuxSignal signal)
    {
        using var members = new HeldProcesses();
        foreach (int id in Processes(_path))
            members.TryAdd(id);
        HashSet<int> still = [.. Processes(_path)];
        return members.Signal(signal, still.Contains);
    }

    public override async Task KillAsync(CancellationToken token)
    {
        if (_usesKillFile)
        {
            File.WriteAllText(In("cgroup.kill"), "1");
            return;
        }

        (string file, string freeze, string thaw, string state, string frozen) = File.Exists(In("cgroup.freeze"))
            ? ("cgroup.freeze", "1", "0", "cgroup.events", "frozen 1")
            : ("freezer.state", "FROZEN", "THAWED", "freezer.state", "FROZEN");
        bool freezes = File.Exists(In(file));
        try
        {
            if (freezes)
            {
                File.WriteAllText(In(file), freeze);
                for (int look = 0; look < MaxLooks && !File.ReadAllText(In(state)).Contains(frozen, StringComparison.Ordinal); look++)
                    await Selector.DelayAsync(s_betweenLooks, token).ConfigureAwait(false);
            }

            Signal(LinuxSignal.SIGKILL);
        }
        finally
        {
            if (freezes)
                File.WriteAllText(In(file), thaw);
        }
    }

    protected override int? FindMember()
    {
        foreach (int id in Processes(_path))
            return id;
        return null;
    }

    protected override bool IsMember(int id) => Processes(_path).Contains(id);

    private static IEnumerable<int> Processes(string path)
    {
        string[] lines, below;
        try
        {
            lines = File.ReadAllLines(Path.Combine(path, "cgroup.procs"));
            below = Directory.GetDirectories(path);
        }
        catch (IOException)
        {
            yield break; // it was removed
        }

        foreach (string line in lines)
        {
            // 0 stands for a process that can't be seen from here.
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 0)
                yield return id;
        }

        foreach (string directory in below)
        {
            foreach (int id in Processes(directory))
                yield return id;
        }
    }

    private string In(string file) => Path.Combine(_path, file);
}
