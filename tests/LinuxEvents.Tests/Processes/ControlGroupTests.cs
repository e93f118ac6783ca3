using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Ending a control group: by the kernel's cgroup.kill, and where that is missing, frozen and by signals. Checklist 63.</summary>
public sealed class ControlGroupTests
{
    private static readonly TimeSpan s_forever = Timeout.InfiniteTimeSpan;

    /// <summary>A child in the group, with one of its own in the group below and a daemon in a session of its own.</summary>
    private static ChildProcess Spawn(TestControlGroup group, out int[] ids)
    {
        SpawnOptions options = TestChild.Shell("read go; sleep 1000 & echo $!; setsid sh -c 'echo $$; exec sleep 1000' & read go; trap 'exit 3' TERM; echo ready; wait");
        options.StandardInput = options.StandardOutput = ChildStdio.Pipe;
        options.OnDispose = DisposeAction.Kill;
        ChildProcess child = ChildProcess.Spawn(options);
        var output = new StreamReader(child.StandardOutput!);
        TestControlGroup.Add(group.Path, child.Id);
        child.StandardInput!.Write("go\n"u8);
        ids = [int.Parse(output.ReadLine()!), int.Parse(output.ReadLine()!)];
        TestControlGroup.Add(group.Below, ids[0]);
        child.StandardInput.Write("go\n"u8);
        Assert.Equal("ready", output.ReadLine());
        return child;
    }

    private static void NeedsPidFds() => Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_SIGNAL);

    private static void HaveEnded(int[] ids) => Until.True(() => ids.All(ProcFs.HasEnded), "the end of all");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_killed_with_all_below_it(bool freezer)
    {
        using TestControlGroup group = TestControlGroup.Make(freezer);
        if (freezer || !File.Exists(Path.Combine(group.Path, "cgroup.kill")))
            NeedsPidFds();
        using ChildProcess child = Spawn(group, out int[] ids);
        Assert.Equal(LinuxSignal.SIGKILL, (await child.KillTreeAsync(ChildScope.ControlGroup(group.Path))).Signal);
        HaveEnded(ids);
    }

    [Fact]
    public async Task Without_the_kernels_kill_it_is_frozen_signalled_and_thawed()
    {
        NeedsPidFds();
        using TestControlGroup group = TestControlGroup.Make(freezer: false);
        using ChildProcess child = Spawn(group, out int[] ids);
        var tree = new ControlGroupTree(Selector.Shared, group.Path, usesKillFile: false);
        await tree.KillAsync(TestContext.Current.CancellationToken);
        await tree.WaitForEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
        HaveEnded(ids);
        Assert.Equal("0", File.ReadAllText(Path.Combine(group.Path, "cgroup.freeze")).Trim());
        Assert.False(tree.Signal(LinuxSignal.SIGKILL));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_asked_first(bool freezer)
    {
        NeedsPidFds();
        using TestControlGroup group = TestControlGroup.Make(freezer);
        using ChildProcess child = Spawn(group, out int[] ids);
        Assert.Equal(3, (await child.TerminateAsync(LinuxSignal.SIGTERM, s_forever, ChildScope.ControlGroup(group.Path))).ExitCode);
        HaveEnded(ids);
    }

    [Fact]
    public async Task One_that_is_missing_or_that_this_process_is_in_is_refused()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        var missing = await Assert.ThrowsAsync<LinuxEventsException>(() => child.KillTreeAsync(ChildScope.ControlGroup("/nonexistent")));
        Assert.Equal(Errno.ENOENT, missing.Errno);
        string own = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(own);
        File.WriteAllText(Path.Combine(own, "cgroup.procs"), $"{Environment.ProcessId}\n");
        await Assert.ThrowsAsync<InvalidOperationException>(() => child.KillTreeAsync(ChildScope.ControlGroup(own)));
        Directory.Delete(own, recursive: true);
        Assert.False(child.HasExited);
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }
}
