using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Killing all that a child has started: by group, by session, by control group. Checklist 63.</summary>
public sealed class TreeTests
{
    /// <summary>Two generations, each with a group of its own, which timeout makes, and all of them in one session.</summary>
    private const string Jobs = "timeout 1000 sh -c 'timeout 1000 sh -c \"echo \\$\\$ $$; exec sleep 1000\" & wait' & ";

    private static ChildProcess Spawn(string script, out int[] ids, bool keepInput = false)
    {
        SpawnOptions options = TestChild.Shell(script);
        options.StandardInput = keepInput ? ChildStdio.Pipe : ChildStdio.Null;
        options.StandardOutput = ChildStdio.Pipe;
        options.StandardError = ChildStdio.Null;
        options.CreateNewSession = true;
        ChildProcess child = ChildProcess.Spawn(options);
        string line = "";
        for (int next; (next = child.StandardOutput!.ReadByte()) != '\n';)
            line += (char)next;
        ids = [.. line.Split(' ').Select(int.Parse)];
        return child;
    }

    private static void HaveEnded(int[] ids) => Until.True(() => ids.All(ProcFs.HasEnded), "the end of all");

    private static void NeedsPidFds() => Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_SIGNAL);

    [Fact]
    public async Task A_group_with_all_who_stayed_in_it()
    {
        using ChildProcess child = Spawn("sh -c 'sleep 1000 & echo $! $$; wait' & wait", out int[] ids);
        Assert.Equal(LinuxSignal.SIGKILL, (await child.KillTreeAsync(ChildScope.ProcessGroup)).Signal);
        HaveEnded(ids);
    }

    [Fact]
    public async Task A_session_with_all_its_groups()
    {
        NeedsPidFds();
        using ChildProcess child = Spawn(Jobs + "wait", out int[] ids);
        Assert.All(ids, id => Assert.NotEqual(child.Id, Kin.GroupOf(id)));
        Assert.Equal(LinuxSignal.SIGKILL, (await child.KillTreeAsync(ChildScope.Session)).Signal);
        HaveEnded(ids);
    }

    [Fact]
    public async Task A_session_whose_leader_has_ended_when_a_member_is_older_than_that()
    {
        NeedsPidFds();
        using ChildProcess child = Spawn(Jobs + "read end", out int[] ids, keepInput: true);
        long now = Environment.TickCount64;
        Until.True(() => Environment.TickCount64 > now + 30, "a later tick");
        Assert.False(child.HasExited);
        child.StandardInput!.Dispose();
        await child.WaitForExitAsync();
        Assert.All(ids, id => Assert.False(ProcFs.HasEnded(id)));
        await child.KillTreeAsync(ChildScope.Session);
        HaveEnded(ids);
    }

    [Fact]
    public async Task A_session_is_asked_first_and_killed_after_the_grace()
    {
        NeedsPidFds();
        const string Stubborn = "timeout 1000 sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' & ";
        using ChildProcess child = Spawn(Stubborn + "trap 'exit 3' TERM; wait", out int[] ids);
        Assert.Equal(3, (await child.TerminateAsync(LinuxSignal.SIGTERM, TimeSpan.FromSeconds(3), ChildScope.Session)).ExitCode);
        HaveEnded(ids);
    }

    [Fact]
    public async Task Who_leaves_the_session_is_not_touched()
    {
        NeedsPidFds();
        using ChildProcess child = Spawn("exec 3<&0; setsid sh -c 'echo $$; read end' <&3 & wait", out int[] ids, keepInput: true);
        await child.KillTreeAsync(ChildScope.Session);
        Assert.False(ProcFs.HasEnded(ids[0]));
        child.StandardInput!.Dispose();
        HaveEnded(ids);
    }

    [Fact]
    public async Task Without_pidfds_a_session_is_refused()
    {
        if (ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out _))
        {
            Rerun.Tests(Rerun.Without("pidfd_open"), typeof(TreeTests), nameof(Without_pidfds_a_session_is_refused));
            return;
        }

        using ChildProcess child = Spawn("sleep 1000 & echo $!; wait", out int[] ids);
        await Assert.ThrowsAsync<PlatformNotSupportedException>(() => child.KillTreeAsync(ChildScope.Session));
        await child.KillTreeAsync(ChildScope.ProcessGroup);
        HaveEnded(ids);
    }

    [Fact]
    public async Task Who_is_born_meanwhile_is_killed_too()
    {
        NeedsPidFds();
        // Killed while it grows to 63 processes.
        const string Bush = "f() { [ $1 -ge 5 ] && exec sleep 1000; f $(($1 + 1)) & f $(($1 + 1)) & wait; }; f 0 & echo $!; wait";
        using ChildProcess bush = Spawn(Bush, out int[] ids);
        Assert.Equal(LinuxSignal.SIGKILL, (await bush.KillTreeAsync(ChildScope.Session)).Signal);
        Assert.False(Kin.SessionRuns(bush.Id));
        HaveEnded(ids);
    }
}
