namespace LinuxEvents.Watchdog.Tests;

public class LeakTests
{
    [Theory]
    [InlineData("exit 1", 1)]
    [InlineData("kill -KILL $$", 137)]
    [InlineData("sleep 0 & echo x; echo y >&2", 0)]
    public void Runs_leave_no_descriptor_and_no_child_behind(string script, int code)
    {
        using var directory = new TemporaryDirectory();
        string gate = directory.File("gate");
        // After the first three runs and after the last one the command waits for the gate, so that the watchdog can be looked at.
        string counted = $"n=$(cat {gate}.n 2>/dev/null || echo 0); echo $((n + 1)) >{gate}.n; "
            + $"case $n in 3|63) echo waiting; while ! [ -e {gate}.$n ]; do sleep 0.02; done;; esac; {script}";
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            counted, "--restart", "always", "--backoff", "0", "--backoff-reset", "1d", "--max-restarts", "63");
        int seen = watchdog.WaitForLine("| waiting");
        int before = watchdog.Descriptors;
        directory.Write("gate.3", "");
        watchdog.WaitForLine("| waiting", seen);
        Assert.Equal(before, watchdog.Descriptors);
        Assert.Single(watchdog.Children);
        directory.Write("gate.63", "");
        Assert.Equal(code, watchdog.WaitForExit());
        Assert.Equal(64, watchdog.CountLines("started as process"));
    }

    [Fact]
    public void Failed_starts_leave_no_descriptor_and_no_child_behind()
    {
        using var directory = new TemporaryDirectory();
        int[] descriptors = [.. ((int[])[1, 200]).Select(restarts =>
        {
            string file = directory.Write("f.json", $$"""
                { "services": {
                  "idle": { "command": ["sleep", "60"] },
                  "missing": { "command": ["/no/such/program"], "restart": "always", "backoff": { "initial": 0 }, "maxRestarts": {{restarts}} } } }
                """);
            using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
            watchdog.WaitForLine($"gave up after {restarts} restart");
            Assert.Equal(restarts + 1, watchdog.CountLines("cannot start:"));
            Assert.Single(watchdog.Children);
            int open = watchdog.Descriptors;
            watchdog.Signal(LinuxSignal.SIGTERM);
            Assert.Equal(1, watchdog.WaitForExit());
            return open;
        })];
        Assert.Equal(descriptors[0], descriptors[1]);
    }

    /// <summary>Each service holds three descriptors, so that three limits leave all there can be left.</summary>
    [Theory]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    public void Starting_that_fails_for_want_of_descriptors_is_told_and_leaves_enough_to_stop(int limit)
    {
        using var directory = new TemporaryDirectory();
        string services = string.Join(',', Enumerable.Range(0, 120).Select(i => $"\"s{i}\": {{ \"command\": [\"sleep\", \"60\"] }}"));
        string file = directory.Write("f.json", "{ \"services\": {" + services + "} }");
        var start = new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"ulimit -n {limit}; exec dotnet exec {RunningWatchdog.ProgramWord} up {file}"]);
        using var watchdog = new RunningWatchdog(start);
        watchdog.WaitForLine("s119     * ");
        Assert.True(watchdog.CountLines("cannot start:") > 0);
        Assert.Equal(120, watchdog.CountLines("cannot start:") + watchdog.CountLines("started as process"));
        Assert.Equal(watchdog.CountLines("started as process"), watchdog.Children.Length);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(1, watchdog.WaitForExit());
    }

    /// <summary>Not even for a moment: a signal, say, may need one in that moment.</summary>
    [Fact]
    public void Starting_again_and_again_for_want_of_descriptors_leaves_some_all_the_time()
    {
        const int limit = 200;
        using var directory = new TemporaryDirectory();
        string services = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""
            "s{{i}}": { "command": ["sleep", "60"], "restart": "always", "backoff": { "initial": 0, "max": 0 } }
            """));
        string file = directory.Write("f.json", "{ \"services\": {" + services + "} }");
        var start = new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"ulimit -n {limit}; exec dotnet exec {RunningWatchdog.ProgramWord} up {file}"]);
        using var watchdog = new RunningWatchdog(start);
        watchdog.WaitForLine("s59      * restart 20 ");
        Assert.InRange(Enumerable.Range(0, 500).Max(_ => watchdog.Descriptors), limit / 2, limit - 8);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(0, watchdog.WaitForExit());
    }

    [Fact]
    public void The_command_gets_no_descriptor_but_its_three()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("run", "--", "ls", "-1", "/proc/self/fd");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(["0", "1", "2", "3"], watchdog.Lines.Where(line => line.Contains('|')).Select(line => line.Split("| ")[1])); // 3 is the directory
    }
}
