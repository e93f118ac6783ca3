namespace LinuxEvents.Tests;

/// <summary>Processes that lose their parent. Checklist 65.</summary>
public sealed class OrphanTests
{
    /// <summary>Leaves three behind, which end with their input, and tells their numbers.</summary>
    private static SpawnOptions Leaver(bool adopt)
    {
        SpawnOptions options = TestChild.Shell("exec 3<&0; for i in 1 2 3; do sh -c 'read end' <&3 >/dev/null & echo $!; done");
        options.StandardInput = options.StandardOutput = ChildStdio.Pipe;
        options.AdoptOrphans = adopt;
        return options;
    }

    private static async Task<int[]> LeaveAsync(ChildProcess child)
    {
        var ids = new List<int>();
        await foreach (string line in child.ReadOutputLinesAsync())
            ids.Add(int.Parse(line));
        await child.WaitForExitAsync();
        return [.. ids];
    }

    [Fact] // CHECKLIST 65
    public async Task Those_of_a_child_that_opts_in_are_reaped_and_counted()
    {
        // Under the reaper, orphans of the tests before are still to be counted.
        Until.True(() => ProcFs.Children().Count == 0, "the end of all children");
        long before = ProcessSupport.OrphansReaped;
        using ChildProcess child = ChildProcess.Spawn(Leaver(adopt: true));
        int[] orphans = await LeaveAsync(child);
        int reaper = ProcessSupport.ReaperProcessId!.Value;
        Assert.All(orphans, id => Assert.Equal(reaper.ToString(), ProcFs.Status(File.ReadAllText($"/proc/{id}/status"), "PPid")));
        Assert.Equal(before, ProcessSupport.OrphansReaped);
        child.StandardInput!.Dispose();
        Until.True(() => ProcessSupport.OrphansReaped == before + 3, "three orphans");
        Assert.All(orphans, id => Assert.Null(ProcFs.State(id)));
        if (ProcessSupport.Mechanism == ProcessMechanism.Direct)
            Assert.Contains("orphans", Assert.Throws<PlatformNotSupportedException>(() => child.PidFd).Message, StringComparison.Ordinal);
    }

    [Fact] // CHECKLIST 65
    public async Task Those_of_other_children_are_not_ours()
    {
        Assert.SkipWhen(ProcessSupport.Mechanism == ProcessMechanism.Reaper, $"The reaper's children always leave theirs to it: {ProcessSupport.Reason}.");
        long before = ProcessSupport.OrphansReaped;
        using ChildProcess child = ChildProcess.Spawn(Leaver(adopt: false));
        int[] orphans = await LeaveAsync(child);
        string? reaper = ProcessSupport.ReaperProcessId?.ToString();
        foreach (int id in orphans)
        {
            string parent = ProcFs.Status(File.ReadAllText($"/proc/{id}/status"), "PPid");
            Assert.NotEqual(reaper, parent);
        }

        child.StandardInput!.Dispose();
        Until.True(() => orphans.All(ProcFs.HasEnded), "the end of all");
        Assert.Equal(before, ProcessSupport.OrphansReaped);
    }

    [Theory] // CHECKLIST 65
    [InlineData("")]
    [InlineData("pidfd_exit_info")]
    public void As_process_1_strays_do_not_pile_up(string missing) => Rerun.Tests(
        [.. Rerun.Without(missing), "unshare", "--fork", "--pid", "--kill-child", "--mount-proc"],
        typeof(OrphanTests), nameof(Strays_are_reaped_beside_children));

    [Fact]
    public async Task Strays_are_reaped_beside_children()
    {
        Assert.SkipWhen(Environment.ProcessId != 1, "This is not process 1.");

        // Those of a child of Process, which leaves them to process 1, and those of our own children.
        for (int round = 0; round < 20; round++)
        {
            using var other = System.Diagnostics.Process.Start("sh", ["-c", "(sleep 0.01; exit 3) & (sleep 0.01; exit 4) & exit 5"]);
            using ChildProcess adopting = ChildProcess.Spawn(Leaver(adopt: true));
            using ChildProcess plain = ChildProcess.Spawn(Leaver(adopt: false));
            await LeaveAsync(adopting);
            await LeaveAsync(plain);
            adopting.StandardInput!.Dispose();
            plain.StandardInput!.Dispose();
            Assert.Equal((0, 0), (adopting.ExitStatus!.Value.ExitCode, plain.ExitStatus!.Value.ExitCode));
            other.WaitForExit();
            Assert.Equal(5, other.ExitCode);
        }

        int? reaper = ProcessSupport.ReaperProcessId;
        Until.True(() => ProcessTable.All().All(id => id == 1 || id == reaper), () => $"an empty process table: {string.Join(", ", ProcessTable.All())}");
    }
}
