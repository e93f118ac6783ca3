namespace LinuxEvents.Tests;

/// <summary>Asking a child to end, and killing it when it does not. Checklist 63.</summary>
public sealed class TerminationTests : IDisposable
{
    private static readonly TimeSpan s_forever = Timeout.InfiniteTimeSpan;
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20);

    /// <summary>For a child that obeys, of which somebody is left who does not: who obeys has done so by then, on any machine.</summary>
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(3);

    /// <summary>What the children wait for, and what ends them at the latest.</summary>
    private readonly AnonymousPipe _life = new();

    public void Dispose() => _life.Dispose();

    /// <summary>Says "ready" when it is, and writes nothing more.</summary>
    /// <remarks>
    /// The shell waits for another one, for it looks for signals and goes to sleep in one step only in <c>wait</c>: one that comes just before its
    /// <c>read</c> is acted on when that ends. And the other one says it, or a signal could find that half made.
    /// </remarks>
    private ChildProcess SpawnReady(string script, Action<SpawnOptions>? change = null)
    {
        SpawnOptions options = TestChild.Shell($"{script} exec 3<&0; sh -c 'echo ready; read end' <&3 & wait");
        options.StandardInput = ChildStdio.FromHandle(_life.Reader);
        options.StandardOutput = ChildStdio.Pipe;
        options.CreateNewProcessGroup = true;
        options.OnDispose = DisposeAction.Kill;
        change?.Invoke(options);
        ChildProcess child = ChildProcess.Spawn(options);
        byte[] line = new byte[6];
        child.StandardOutput!.ReadExactly(line);
        return child;
    }

    [Fact] // CHECKLIST 63
    public async Task One_that_obeys_ends_by_itself()
    {
        using ChildProcess child = SpawnReady("trap 'exit 7' TERM;");
        Assert.Equal(7, (await child.TerminateAsync(LinuxSignal.SIGTERM, s_forever, ChildScope.ProcessGroup)).ExitCode);
        Until.True(() => !child.SignalProcessGroup(LinuxSignal.None), "the end of the group's last zombie");
    }

    [Fact] // CHECKLIST 63
    public async Task One_that_ignores_the_signal_is_killed_after_the_grace()
    {
        using ChildProcess child = SpawnReady("trap '' TERM;");
        Task<ExitStatus> patient = child.TerminateAsync(LinuxSignal.SIGTERM, s_forever);
        Assert.Equal(LinuxSignal.SIGKILL, (await child.TerminateAsync(LinuxSignal.SIGTERM, s_short)).Signal);
        Assert.Equal(LinuxSignal.SIGKILL, (await patient).Signal);
    }

    [Fact] // CHECKLIST 63
    public async Task A_second_cancel_kills_at_once()
    {
        using ChildProcess child = SpawnReady("trap '' INT;");
        using var kill = new CancellationTokenSource();
        Task<ExitStatus> end = child.TerminateAsync(LinuxSignal.SIGINT, s_forever, ChildScope.ProcessGroup, kill.Token);
        Assert.False(child.TryWaitForExit(s_short, out _));
        Assert.False(end.IsCompleted);
        kill.Cancel();
        Assert.Equal(LinuxSignal.SIGKILL, (await end).Signal);
    }

    [Fact]
    public async Task Cancelled_before_it_is_killed_unasked()
    {
        using ChildProcess child = SpawnReady("trap 'exit 7' TERM;");
        Assert.Equal(LinuxSignal.SIGKILL, (await child.TerminateAsync(LinuxSignal.SIGTERM, s_forever, killToken: new CancellationToken(true))).Signal);
    }

    [Fact] // CHECKLIST 63
    public async Task One_that_has_ended_is_told_at_once()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Shell("exit 5"));
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(5, (await child.TerminateAsync(LinuxSignal.SIGTERM, s_forever)).ExitCode);
        Assert.Equal(5, (await child.KillTreeAsync(ChildScope.Process, TestContext.Current.CancellationToken)).ExitCode);
    }

    [Fact]
    public async Task One_that_is_stopped_is_continued()
    {
        using ChildProcess child = SpawnReady("trap 'exit 7' TERM;");
        Assert.True(child.SignalProcessGroup(LinuxSignal.SIGSTOP));
        Until.True(() => ProcFs.IsStopped(child.Id), "the stop");
        Assert.Equal(7, (await child.TerminateAsync(LinuxSignal.SIGTERM, s_forever, ChildScope.ProcessGroup)).ExitCode);
    }

    [Fact]
    public async Task Who_is_left_of_the_group_has_the_rest_of_the_grace()
    {
        // The child obeys; a grandchild does not.
        using ChildProcess child = SpawnReady("trap 'exit 7' TERM; (trap '' TERM; while :; do sleep 1000; done) &");
        Assert.Equal(7, (await child.TerminateAsync(LinuxSignal.SIGTERM, s_enough, ChildScope.ProcessGroup)).ExitCode);
        Until.True(() => !Kin.GroupRuns(child.Id), "the end of the group");
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => child.TerminateAsync((LinuxSignal)65, s_short));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => child.TerminateAsync(LinuxSignal.SIGTERM, TimeSpan.FromSeconds(-2)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => child.TerminateAsync(LinuxSignal.SIGTERM, s_short, ChildScope.ProcessGroup));
        await Assert.ThrowsAsync<InvalidOperationException>(() => child.KillTreeAsync(ChildScope.Session));
        Assert.Throws<ArgumentException>(() => ChildScope.ControlGroup(""));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { DrainGrace = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { TerminateGrace = TimeSpan.FromTicks(-1) });
        Assert.False(child.HasExited);
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Theory]
    [InlineData(DisposeAction.Kill)]
    [InlineData(DisposeAction.Terminate)]
    public void Disposing_ends_the_group_when_asked_to(DisposeAction action) => TestChild.LeavesNothing(() =>
    {
        foreach (string trap in (string[])["trap 'exit 7' TERM;", "trap '' TERM;", "trap 'exit 7' TERM; (trap '' TERM; while :; do sleep 1000; done) &"])
        {
            bool obeys = action == DisposeAction.Terminate && trap.Contains("exit", StringComparison.Ordinal);
            ChildProcess child = SpawnReady(trap, options =>
            {
                options.OnDispose = action;
                options.TerminateGrace = obeys ? s_enough : s_short;
            });
            Task<ExitStatus> exit = child.WaitForExitAsync().AsTask();
            child.Dispose();
            child.Dispose();
            Assert.Equal(obeys ? "exited with code 7" : "killed by SIGKILL", exit.Result.ToString());
            Until.True(() => !Kin.GroupRuns(child.Id), "the end of the group");
        }
    });

    [Fact]
    public void Disposing_leaves_unless_asked()
    {
        Assert.Equal(DisposeAction.Leave, new SpawnOptions("true").OnDispose);
        ChildProcess child = SpawnReady("", options => options.OnDispose = DisposeAction.Leave);
        child.Dispose();
        Assert.False(child.TryWaitForExit(s_short, out _));
        Assert.True(child.SignalProcessGroup(LinuxSignal.SIGKILL));
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
    }
}
