using System.Diagnostics;

namespace LinuxEvents.Watchdog.Tests;

public class StopTests
{
    /// <summary>Says that it is ready, and then waits in the shell itself, so that a trap runs at once.</summary>
    private const string Wait = "echo ready; while :; do sleep 60 & wait $!; done";

    [Theory]
    [InlineData(LinuxSignal.SIGTERM)]
    [InlineData(LinuxSignal.SIGINT)]
    [InlineData(LinuxSignal.SIGQUIT)]
    public void A_signal_to_the_watchdog_stops_the_command_with_SIGTERM(LinuxSignal signal)
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript($"trap 'echo bye; exit 7' TERM; {Wait}", "--restart", "always");
        watchdog.WaitForLine("| ready");
        watchdog.Signal(signal);
        Assert.Equal(7, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("| bye"));
        Assert.Equal(1, watchdog.CountLines($"watchdog * stopping: {signal} from process {Environment.ProcessId}"));
    }

    [Fact]
    public void A_command_that_SIGTERM_ends_gives_128_and_15()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("run", "--", "sleep", "60");
        watchdog.WaitForLine("started as process");
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(143, watchdog.WaitForExit());
        Assert.Equal(0, watchdog.CountLines("SIGKILL"));
    }

    [Fact]
    public void The_signal_can_be_chosen()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript($"trap 'exit 9' USR1; {Wait}", "--stop-signal", "usr1");
        watchdog.WaitForLine("| ready");
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(9, watchdog.WaitForExit());
    }

    [Fact]
    public void One_that_ignores_it_is_killed_after_the_grace_time()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript($"trap '' TERM; {Wait}", "--grace", "50ms");
        watchdog.WaitForLine("| ready");
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(137, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("still running after 50ms: SIGKILL"));
    }

    [Fact]
    public void A_second_signal_kills_at_once()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript($"trap 'echo no' TERM; {Wait}", "--grace", "1d");
        watchdog.WaitForLine("| ready");
        watchdog.Signal(LinuxSignal.SIGINT);
        watchdog.WaitForLine("| no");
        watchdog.Signal(LinuxSignal.SIGINT);
        Assert.Equal(137, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("SIGINT while stopping"));
    }

    [Fact]
    public void The_keyboards_signals_are_left_alone_where_they_were_ignored_at_the_start()
    {
        using var watchdog = new RunningWatchdog(new ProcessStartInfo(
            "sh", ["-c", $"trap '' INT QUIT; exec dotnet exec {RunningWatchdog.ProgramWord} run -- sleep 60"]));
        watchdog.WaitForLine("started as process");
        watchdog.Signal(LinuxSignal.SIGINT);
        watchdog.Signal(LinuxSignal.SIGQUIT);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(143, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("watchdog * stopping: SIGTERM"));
        Assert.Equal(0, watchdog.CountLines("while stopping"));
    }

    [Fact]
    public void One_that_was_stopped_by_SIGSTOP_still_hears_SIGTERM()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript($"trap 'exit 4' TERM; {Wait}");
        watchdog.WaitForLine("| ready");
        RunningWatchdog.Kill(watchdog.Children.Single(), LinuxSignal.SIGSTOP);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(4, watchdog.WaitForExit());
    }

    [Fact]
    public void When_SIGKILL_ends_the_watchdog_the_command_lives_on()
    {
        using var directory = new TemporaryDirectory();
        (string gate, string alive) = (directory.File("gate"), directory.File("alive"));
        using RunningWatchdog watchdog = RunningWatchdog.RunScript($"echo ready; while ! [ -e {gate} ]; do sleep 0.02; done; : >{alive}");
        watchdog.WaitForLine("| ready");
        watchdog.Signal(LinuxSignal.SIGKILL);
        Assert.Equal(137, watchdog.WaitForExit());
        directory.Write("gate", "");
        watchdog.WaitUntil("a sign of life", () => File.Exists(alive), mayHaveEnded: true);
    }

    [Fact]
    public void The_command_has_a_process_group_of_its_own()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript("cut -d' ' -f5 /proc/$$/stat; echo $$");
        Assert.Equal(0, watchdog.WaitForExit());
        string[] lines = [.. watchdog.Lines.Where(line => line.Contains('|')).Select(line => line.Split("| ")[1])];
        Assert.Equal(lines[1], lines[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(">/dev/null")]
    public void A_shell_that_ends_at_once_leaves_its_children_the_grace_time(string redirection)
    {
        using var directory = new TemporaryDirectory();
        string cleaned = directory.File("cleaned");
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            $"sh -c 'trap \"sleep 0.1; echo >{cleaned}; exit\" TERM; echo ready >&2; while :; do sleep 60 & wait $!; done' {redirection}; true",
            "--grace", "1d");
        watchdog.WaitForLine("! ready");
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(143, watchdog.WaitForExit());
        Assert.True(File.Exists(cleaned));
        Assert.Equal(0, watchdog.CountLines("SIGKILL"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(">/dev/null 2>&1")]
    public void What_a_command_leaves_of_its_group_is_killed_after_the_drain_time(string redirection)
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript($"(trap '' TERM; exec sleep 1000 {redirection}) & echo done", "--drain", "20ms");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("| done"));
        Assert.Equal(1, watchdog.CountLines("killing what it left of its process group"));
    }

    [Fact]
    public void With_kill_mode_process_the_children_of_the_command_get_no_signal()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript("sleep 60 & echo $!; wait", "--kill-mode", "process", "--drain", "0");
        watchdog.WaitForLine("| ");
        int grandchild = int.Parse(watchdog.Lines.First(line => line.Contains("| ")).Split("| ")[1], null);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(143, watchdog.WaitForExit());
        RunningWatchdog.Kill(grandchild, LinuxSignal.SIGKILL); // fails if it has got one already
        watchdog.WaitForNoDescendants();
    }

    [Fact]
    public void Other_signals_are_passed_on_by_run()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            $"trap 'echo hup' HUP; trap 'echo one' USR1; trap 'echo two' USR2; trap 'echo winch' WINCH; {Wait}");
        int seen = watchdog.WaitForLine("| ready");
        foreach ((LinuxSignal signal, string line) in ((LinuxSignal, string)[])
            [(LinuxSignal.SIGHUP, "hup"), (LinuxSignal.SIGUSR1, "one"), (LinuxSignal.SIGUSR2, "two"), (LinuxSignal.SIGWINCH, "winch")])
        {
            watchdog.Signal(signal);
            seen = watchdog.WaitForLine("| " + line, seen);
        }

        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(143, watchdog.WaitForExit());
    }

    [Fact]
    public void Services_start_in_the_files_order_and_stop_in_the_reverse_one()
    {
        using var directory = new TemporaryDirectory();
        string script = $"[\"sh\", \"-c\", \"trap 'exit 0' TERM; {Wait}\"]";
        string file = directory.Write("f.json", $$"""
            { "services": {
              "zeta": { "command": {{script}} },
              "alpha": { "command": {{script}} },
              "mid": { "command": {{script}} } } }
            """);
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        watchdog.WaitForLines("| ready", 3);
        Assert.Equal(3, watchdog.Children.Length);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(["zeta", "alpha", "mid"], Names(watchdog, "started as process"));
        Assert.Equal(["mid", "alpha", "zeta"], Names(watchdog, "stopping: SIGTERM").Where(name => name != "watchdog"));
        Assert.Equal(["mid", "alpha", "zeta"], Names(watchdog, "exited with code 0"));
        string[] order = [.. watchdog.Lines.Where(line => line.Contains("stopping: SIGTERM") || line.Contains("exited")).Skip(1)];
        Assert.Equal([true, false, true, false, true, false], order.Select(line => line.Contains("stopping"))); // each waits for the last
    }

    [Fact]
    public void A_duration_ends_it_all()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("f.json", """{ "services": { "s": { "command": ["sleep", "60"] } } }""");
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", "--duration", "10ms", file);
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("stopping: 10ms are over"));
        Assert.Equal(1, watchdog.CountLines("killed by SIGTERM"));
    }

    private static IEnumerable<string> Names(RunningWatchdog watchdog, string text) =>
        watchdog.Lines.Where(line => line.Contains(text)).Select(line => line.Split(' ')[0]);
}
