namespace LinuxEvents.Watchdog.Tests;

public class RestartTests
{
    [Theory]
    [InlineData("never", 0, 1)]
    [InlineData("never", 3, 1)]
    [InlineData("on-failure", 0, 1)]
    [InlineData("on-failure", 3, 3)]
    [InlineData("always", 0, 3)]
    [InlineData("always", 3, 3)]
    public void The_policy_decides_how_often_it_runs(string policy, int code, int runs)
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            $"exit {code}", "--restart", policy, "--max-restarts", "2", "--backoff", "1ms");
        Assert.Equal(code, watchdog.WaitForExit());
        Assert.Equal(runs, watchdog.CountLines("started as process"));
        Assert.Equal(runs, watchdog.CountLines($"exited with code {code}"));
        Assert.Equal(runs > 1 ? 1 : 0, watchdog.CountLines("gave up after 2 restarts"));
    }

    [Fact]
    public void Waits_grow_up_to_the_maximum()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            "exit 1", "--restart", "on-failure", "--max-restarts", "6", "--format", "json",
            "--backoff", "2ms", "--backoff-factor", "3", "--backoff-max", "50ms");
        Assert.Equal(1, watchdog.WaitForExit());
        Assert.Equal(
            [2, 6, 18, 50, 50, 50],
            WatchdogEvent.All(watchdog).Where(each => each.Event == "restarting").Select(each => each.DelayMs!.Value));
    }

    [Fact]
    public void A_program_that_is_missing_is_tried_again_too_and_starts_when_it_is_there()
    {
        using var directory = new TemporaryDirectory();
        string program = directory.File("program");
        using RunningWatchdog watchdog = RunningWatchdog.Start(
            "run", "--restart", "on-failure", "--backoff", "5ms", "--backoff-max", "5ms", "--", program);
        watchdog.WaitForLines("cannot start:", 2);
        File.WriteAllText(program + ".new", "#!/bin/sh\necho here at last\n");
        File.SetUnixFileMode(program + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(program + ".new", program);
        watchdog.WaitForLine("| here at last");
        Assert.Equal(0, watchdog.WaitForExit());
    }

    [Fact]
    public void Why_it_cannot_be_started_is_told_at_length_but_once()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start(
            "run", "--restart", "on-failure", "--max-restarts", "1", "--backoff", "0", "--format", "json", "--", "no-such\nprogram");
        Assert.Equal(127, watchdog.WaitForExit());
        WatchdogEvent[] events = WatchdogEvent.All(watchdog);
        Assert.Equal(["start-failed", "restarting", "start-failed", "gave-up"], events.Select(each => each.Event!));
        Assert.All(watchdog.Lines.Where(line => line.Contains("start-failed")), line => Assert.Contains("\"errno\":2,\"errnoName\":\"ENOENT\"", line));
        Assert.Contains("PATH (", events[0].Line);
        Assert.Equal("cannot start: ENOENT, as before", events[2].Line);
        Assert.Equal("gave up after 1 restart", events[3].Line);
    }

    [Fact]
    public void A_stop_ends_the_wait_for_a_restart()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript("exit 5", "--restart", "always", "--backoff", "1d");
        watchdog.WaitForLine("restart 1 in 24h");
        Assert.Empty(watchdog.Children);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(5, watchdog.WaitForExit());
    }

    [Fact]
    public void A_thousand_short_runs_lose_no_status_and_no_line()
    {
        const int Runs = 1000;
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            "echo \"pid $$\"; echo out; echo err >&2; printf \"code $(($$ % 200))\"; exit $(($$ % 200))",
            "--restart", "always", "--backoff", "0", "--backoff-reset", "1d", "--max-restarts", $"{Runs - 1}", "--format", "json");
        int code = watchdog.WaitForExit();

        WatchdogEvent[] all = WatchdogEvent.All(watchdog);
        int[] pids = [.. all.Where(each => each.Event == "started").Select(each => each.Pid!.Value)];
        Assert.Equal(Runs, pids.Length);
        Assert.Equal(pids, all.Where(each => each.Event == "exited").Select(each => each.Pid!.Value));
        Assert.Equal(pids.Select(pid => (int?)(pid % 200)), all.Where(each => each.Event == "exited").Select(each => each.Code));
        Assert.Equal(pids[^1] % 200, code);
        Assert.Equal(
            pids.SelectMany(pid => (string[])[$"pid {pid}", "out", $"code {pid % 200}"]),
            all.Where(each => each.Stream == "stdout").Select(each => each.Line));
        Assert.Equal(Runs, all.Count(each => each is { Stream: "stderr", Line: "err" }));
        Assert.Equal(7 * Runs, all.Length); // a start, an exit, a restart (at last "gave up") and four lines each
    }
}
