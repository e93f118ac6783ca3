namespace LinuxEvents.Watchdog.Tests;

/// <summary>What needs no process 1; <c>tests/init</c> has the rest, beside other programs of the kind.</summary>
public class ContainerInitTests
{
    private const string NotFirst = "watchdog: this is not process 1, and --subreaper is not there: it is given no orphans to reap\n";

    [Theory]
    [InlineData("exit 42", 42)]
    [InlineData("kill -KILL $$", 137)]
    public void It_ends_as_its_command_and_says_that_it_is_not_process_1(string script, int code)
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("init", "--", "sh", "-c", script);
        Assert.Equal(code, watchdog.WaitForExit());
        Assert.Equal(NotFirst, watchdog.Errors);
    }

    [Theory]
    [InlineData("/no/such/program", 127)]
    [InlineData("/etc/passwd", 126)]
    public void What_cannot_be_started_is_named(string program, int code)
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("init", "--", program);
        Assert.Equal(code, watchdog.WaitForExit());
        Assert.Contains($"watchdog: cannot start: execve on '{program}'", watchdog.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_is_passed_on_as_another_or_not_at_all()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start(
            "init", "--rewrite", "TERM:USR1", "--rewrite", "SIGHUP:0", "--", "sh", "-c",
            "trap 'echo usr1; exit 3' USR1; trap 'echo hup' HUP; echo ready; while :; do sleep 0.1; done");
        watchdog.WaitForLine("ready");
        watchdog.Signal(LinuxSignal.SIGHUP);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(3, watchdog.WaitForExit());
        Assert.Equal(["ready", "usr1"], watchdog.Lines);
    }

    [Fact]
    public void What_the_command_leaves_of_its_group_gets_SIGTERM()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start(
            "init", "--", "sh", "-c",
            "trap 'exit 5' USR1; sh -c 'trap \"echo terminated; exit\" TERM; echo ready; while :; do sleep 0.1; done' & while :; do sleep 0.1; done");
        watchdog.WaitForLine("ready");
        RunningWatchdog.Kill(watchdog.Children[0], LinuxSignal.SIGUSR1);
        Assert.Equal(5, watchdog.WaitForExit());
        Assert.Equal(["ready", "terminated"], watchdog.Lines);
    }

    [Fact]
    public void It_stops_with_its_command_and_goes_on_with_it()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("init", "--", "sh", "-c", "trap 'exit 6' TERM; echo ready; while :; do sleep 0.1; done");
        watchdog.WaitForLine("ready");
        int command = watchdog.Children[0];
        watchdog.Signal(LinuxSignal.SIGTSTP);
        watchdog.WaitUntil("both to be stopped", () => IsStopped(command) && IsStopped(watchdog.Id));
        watchdog.Signal(LinuxSignal.SIGCONT);
        watchdog.WaitUntil("both to go on", () => !IsStopped(watchdog.Id) && !IsStopped(command));
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(6, watchdog.WaitForExit());
    }

    [Fact]
    public void As_a_subreaper_it_takes_over_and_reaps_orphans()
    {
        // The orphan ends only when it has another parent than the one that left it, and says which.
        using RunningWatchdog watchdog = RunningWatchdog.Start(
            "init", "--subreaper", "--", "sh", "-c",
            "parent=$( (sh -c 'sleep 0.1; exec sh -c \"echo \\$PPID\"' &) ); [ $parent = $PPID ] && echo adopted; "
            + "while cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | grep -q \"^Z $PPID \"; do sleep 0.01; done; exit 7");
        Assert.Equal(7, watchdog.WaitForExit());
        Assert.Equal(["adopted"], watchdog.Lines);
        Assert.Equal("", watchdog.Errors);
    }

    private static bool IsStopped(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat[stat.LastIndexOf(')') + 2] is 'T' or 't'; // t: below a tracer, as the sandbox is one
    }
}
