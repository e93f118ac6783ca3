namespace LinuxEvents.Watchdog.Tests;

public class ExitCodeTests
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    [InlineData("ulimit -c 0; kill -SEGV $$", 139)]
    public void Run_ends_as_its_command_ended(string script, int code)
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(script);
        Assert.Equal(code, watchdog.WaitForExit());
    }

    [Theory]
    [InlineData("no-such-program", 127)]
    [InlineData("/no/such/program", 127)]
    [InlineData("/etc/passwd", 126)]
    [InlineData("/etc", 126)]
    public void A_program_that_cannot_be_started_is_named(string program, int code)
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("run", "--", program);
        Assert.Equal(code, watchdog.WaitForExit());
        string line = watchdog.Lines.Single();
        Assert.Contains("cannot start:", line, StringComparison.Ordinal);
        Assert.Contains(program, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("run", "--cwd", "/no/such/directory", "--", "true");
        Assert.NotEqual(0, watchdog.WaitForExit());
        Assert.Contains("/no/such/directory", watchdog.Lines.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_environment_and_input_reach_the_command()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            "pwd; echo \"$GREETING\"; cat; echo done", "--cwd", "/usr/lib", "--env", "GREETING=a=b c", "--name", "it");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(["/usr/lib", "a=b c", "done"], watchdog.Lines.Where(line => line.Contains('|')).Select(line => line.Split("| ")[1]));
    }

    [Fact]
    public void Up_ends_with_0_when_all_services_ended_well_and_with_1_when_one_did_not()
    {
        using var directory = new TemporaryDirectory();
        string good = directory.Write("good.json", """{ "services": { "a": { "command": ["true"] }, "b": { "command": ["sh", "-c", "exit 0"] } } }""");
        string bad = directory.Write("bad.json", """{ "services": { "a": { "command": ["true"] }, "b": { "command": ["sh", "-c", "exit 3"] } } }""");
        using RunningWatchdog well = RunningWatchdog.Start("up", good);
        using RunningWatchdog ill = RunningWatchdog.Start("up", bad);
        Assert.Equal(0, well.WaitForExit());
        Assert.Equal(1, ill.WaitForExit());
        Assert.Equal(1, ill.CountLines("exited with code 3"));
    }

    [Theory]
    [InlineData(""" "command": ["false"] """, "exited with code 1", 1)]
    [InlineData(""" "command": ["/no/such/program"] """, "cannot start:", 1)]
    [InlineData(""" "command": ["true"], "restart": "always", "maxRestarts": 0 """, "gave up after 0 restarts", 1)]
    [InlineData(""" "command": ["true"] """, "exited with code 0", 0)]
    [InlineData(""" "command": ["false"], "restart": "on-failure", "backoff": { "initial": "1h" } """, "restart 1 in 1h", 0)]
    public void Up_ends_with_1_when_a_service_failed_for_good_although_it_is_stopped_later(string service, string end, int code)
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("f.json", $$"""{ "services": { "s": { {{service}} }, "rest": { "command": ["sleep", "60"] } } }""");
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        watchdog.WaitForLine("s        * " + end);
        watchdog.WaitForLine("rest     * started");
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(code, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("rest     * killed by SIGTERM"));
    }

    [Fact]
    public void A_wrong_file_is_refused_with_everything_that_is_wrong()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("f.json", """{ "services": { "a": { "command": ["touch"], "grace": "soon", "colour": 1 } } }""");
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        Assert.Equal(2, watchdog.WaitForExit());
        Assert.Empty(watchdog.Lines);
        Assert.Contains($"watchdog: {file}:1: service 'a': 'grace' (\"soon\")", watchdog.Errors, StringComparison.Ordinal);
        Assert.Contains($"watchdog: {file}:1: service 'a': 'colour' is no member", watchdog.Errors, StringComparison.Ordinal);
    }
}
