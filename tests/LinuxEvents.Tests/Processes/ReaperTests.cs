using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Which mechanism is chosen, and what is different with the reaper: where that is not the one here, in a process where it is.</summary>
public sealed class ReaperTests
{
    [Fact]
    public void The_mechanism_is_what_the_features_allow()
    {
        uint[] needed =
        [
            NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_CLONE_PIDFD,
            NativeMethods.LXE_FEATURE_PIDFD_SIGNAL, NativeMethods.LXE_FEATURE_PIDFD_WAIT,
        ];
        bool complete = needed.All(feature => ProcessSupport.IsPresent(feature, out _));
        Assert.Equal(ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_EXIT_INFO, out _), ProcessSupport.HasExitInfo);
        if (!complete)
            Assert.Equal(ProcessMechanism.Reaper, ProcessSupport.Mechanism);
        else if (ProcessSupport.HasExitInfo)
            Assert.Equal(ProcessMechanism.Direct, ProcessSupport.Mechanism);
        Assert.NotEmpty(ProcessSupport.Reason);
    }

    [Theory] // CHECKLIST 56
    [InlineData("clone_pidfd")]
    [InlineData("pidfd_signal")]
    [InlineData("pidfd_wait")]
    public void Without_other_parts_of_pidfds_it_is_the_reaper(string missing) =>
        Rerun.Tests(Rerun.Without(missing), typeof(ReaperTests), nameof(Children_are_the_reapers));

    /// <summary>CHECKLIST 56: however the kernel or a sandbox refuses pidfds, also by killing who asks.</summary>
    [Theory]
    [InlineData("ENOSYS")]
    [InlineData("EPERM")]
    [InlineData("EACCES")]
    [InlineData("EOPNOTSUPP")]
    [InlineData("KILL")]
    public void Refused_in_any_way_it_is_the_reaper(string how)
    {
        string sandbox = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../native/release/sandbox/lxe-sandbox"));
        Assert.SkipUnless(File.Exists(sandbox), $"There is no {sandbox}, which the build of the C library makes.");
        string[] within = [sandbox, "--deny", "pidfd_open", "--errno", how, "--"];
        Rerun.Tests(within, typeof(ReaperTests), nameof(Children_are_the_reapers));
        Rerun.Tests(within, typeof(ManyChildrenTests), nameof(ManyChildrenTests.A_hundred_at_once_have_each_its_status_and_no_thread));
    }

    [Fact]
    public void As_process_1_without_exit_information_it_is_the_reaper() => Rerun.Tests(
        [.. Rerun.Without("pidfd_exit_info"), "unshare", "--fork", "--pid", "--kill-child", "--mount-proc"],
        typeof(ReaperTests), nameof(Children_are_the_reapers));

    [Fact]
    public void With_SIGCHLD_ignored_and_without_exit_information_it_is_the_reaper() => Rerun.Tests(
        [.. Rerun.Without("pidfd_exit_info"), "env", "--ignore-signal=CHLD"],
        typeof(ReaperTests), nameof(Children_are_the_reapers));

    [Fact] // CHECKLIST 56
    public void Children_are_the_reapers()
    {
        if (ProcessSupport.Mechanism == ProcessMechanism.Direct)
        {
            Rerun.Tests(Rerun.Without("pidfd_open"), typeof(ReaperTests), nameof(Children_are_the_reapers));
            return;
        }

        Assert.Equal(ProcessMechanism.Reaper, ProcessSupport.Mechanism);
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        int reaper = ProcessSupport.ReaperProcessId!.Value;
        Assert.Equal(reaper.ToString(), ProcFs.Status(File.ReadAllText($"/proc/{child.Id}/status"), "PPid"));
        Assert.Equal(Environment.ProcessId.ToString(), ProcFs.Status(File.ReadAllText($"/proc/{reaper}/status"), "PPid"));
        Assert.Contains(ProcessSupport.Reason, Assert.Throws<PlatformNotSupportedException>(() => child.PidFd).Message, StringComparison.Ordinal);
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact] // CHECKLIST 49
    public void A_reaper_that_dies_ends_the_waits_and_the_next_child_has_another()
    {
        if (ProcessSupport.Mechanism == ProcessMechanism.Direct)
        {
            Rerun.Tests(Rerun.Without("pidfd_open"), typeof(ReaperTests), nameof(A_reaper_that_dies_ends_the_waits_and_the_next_child_has_another));
            return;
        }

        using Selector selector = Selector.Start();
        for (int round = 0; round < 20; round++)
        {
            using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, selector);
            using ChildProcess ended = ChildProcess.Spawn(TestChild.Shell("exit 5"), selector);
            Assert.Equal(5, ended.WaitForExit().ExitCode);
            Task<ExitStatus> wait = child.WaitForExitAsync().AsTask();
            var blocking = Task.Run(child.WaitForExit);
            Assert.Equal(0, Libc.kill(ProcessSupport.ReaperProcessId!.Value, (int)LinuxSignal.SIGKILL));
            Assert.Equal("the reaper has died", wait.Result.UnknownReason);
            Assert.Equal("the reaper has died", blocking.Result.UnknownReason);
            Assert.False(child.Signal(LinuxSignal.SIGTERM));
            Assert.Equal(5, ended.ExitStatus!.Value.ExitCode);
            child.StandardInput!.Dispose(); // it lives on, until its input ends
        }
    }
}
