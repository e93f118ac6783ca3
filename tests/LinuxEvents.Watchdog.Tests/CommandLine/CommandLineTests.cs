namespace LinuxEvents.Watchdog.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("--help", "run", "up", "SIGKILL", "Exit status:", "1 when any service failed for good, whatever ended the run; 0 otherwise", "141")]
    [InlineData("help", "watchdog [command] [options]", "Exit status:")]
    [InlineData("help up", "watchdog up [options] FILE", "Exit status:")]
    [InlineData("run --help", "watchdog run [options] -- CMD [ARGS...]", "--restart <never|on-failure|always>", "or 'command' where that is no name for a service", "--grace <TIME>", "--backoff-max <TIME>", "--env <NAME=VALUE>", "Exit status:")]
    [InlineData("init --help", "watchdog init [options] -- CMD [ARGS...]", "--forward-to <group|process>", "--rewrite <FROM:TO>", "SIGCHLD", "Exit status:")]
    [InlineData("up --help", "watchdog up [options] FILE", "--duration <TIME>", "--format <text|json>", "--color <auto|always|never>", "\"services\"", "are the defaults", "'≤'", "peakIsUpperBound")]
    public void Help_tells_of_commands_options_and_exit_codes(string arguments, params string[] expected)
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start(arguments.Split(' '));
        Assert.Equal(0, watchdog.WaitForExit());
        string help = string.Join('\n', watchdog.Lines);
        Assert.All(expected, text => Assert.Contains(text, help, StringComparison.Ordinal));
        Assert.Empty(watchdog.Errors);
    }

    [Fact]
    public void Version_is_told()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("--version");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Matches(@"^\d+\.\d+\.\d+", watchdog.Lines.Single());
    }

    [Theory]
    [InlineData("", "a command is missing (run, up, init).")]
    [InlineData("down", "'down' is no command (run, up, init).")]
    [InlineData("run", "'run' lacks the command to run, which stands behind '--'.")]
    [InlineData("run --", "'run' lacks the command to run, which stands behind '--'.")]
    [InlineData("run sleep 1", "'sleep' is no option of 'run', nor the command to run, which stands behind '--': watchdog run -- sleep ...")]
    [InlineData("run true", "'true' is no option of 'run', nor the command to run, which stands behind '--': watchdog run -- true")]
    [InlineData("run --restart always true", "'true' is no option of 'run', nor the command to run, which stands behind '--': watchdog run [options] -- true")]
    [InlineData("run --bogus -- true", "'--bogus' is no option of 'run', nor the command to run, which stands behind '--'.")]
    [InlineData("run --restart sometimes -- true", "--restart 'sometimes' is none of never|on-failure|always.")]
    [InlineData("run --grace soon -- true", "--grace 'soon' is not a time (such as 500ms, 10s, 1m30s; a bare number is seconds; 49d at most).")]
    [InlineData("run --grace 50d -- true", "--grace '50d' is not a time (such as 500ms, 10s, 1m30s; a bare number is seconds; 49d at most).")]
    [InlineData("run --stop-signal NOT -- true", "--stop-signal 'NOT' is not a signal (such as SIGTERM, TERM or 15).")]
    [InlineData("run --max-restarts -1 -- true", "--max-restarts '-1' is not a whole number from 0 to 2147483647.")]
    [InlineData("run --backoff-factor 0.5 -- true", "--backoff-factor '0.5' is not a number from 1 to 1000.")]
    [InlineData("run --backoff 2s --backoff-max 1s -- true", "--backoff-max is less than --backoff.")]
    [InlineData("run --env NOVALUE -- true", "--env 'NOVALUE' is not of the form NAME=VALUE.")]
    [InlineData("run --name a/b -- true", "--name 'a/b' is no name for a service *")]
    [InlineData("run --kill-mode -- true", "Required argument missing for option: '--kill-mode'.")]
    [InlineData("init", "'init' lacks the command to run, which stands behind '--'.")]
    [InlineData("init true", "'true' is no option of 'init', nor the command to run, which stands behind '--': watchdog init -- true")]
    [InlineData("init --forward-to all -- true", "--forward-to 'all' is none of group|process.")]
    [InlineData("init --rewrite TERM -- true", "--rewrite 'TERM' is not of the form FROM:TO, with signals such as SIGTERM, TERM or 15, and perhaps 0 for TO.")]
    [InlineData("init --rewrite 0:TERM -- true", "--rewrite '0:TERM' is not of the form FROM:TO, with signals such as SIGTERM, TERM or 15, and perhaps 0 for TO.")]
    [InlineData("up", "'up' lacks the service file.")]
    [InlineData("up one.json two.json", "'up' takes one service file, but got 'two.json', too.")]
    [InlineData("up --format xml f.json", "--format 'xml' is none of text|json.")]
    [InlineData("up --color pink f.json", "--color 'pink' is none of auto|always|never.")]
    [InlineData("up --bogus f.json", "'--bogus' is no option of 'up'.")]
    [InlineData("up /no-such-file.json", "/no-such-file.json: cannot be read: no such file")]
    public void A_mistake_is_named_and_nothing_is_started(string arguments, string expected)
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, watchdog.WaitForExit());
        Assert.Empty(watchdog.Lines);
        string[] errors = watchdog.Errors.Split('\n');
        Assert.Contains(errors, error => expected.EndsWith('*')
            ? error.StartsWith("watchdog: " + expected[..^1], StringComparison.Ordinal)
            : error == "watchdog: " + expected);
    }

    [Theory]
    [InlineData("'command[0]' is empty.", "run", "--", "")]
    [InlineData("'command[0]' is empty.", "run", "")]
    [InlineData("'cwd' is empty.", "run", "--cwd", "", "--", "pwd")]
    [InlineData("'FILE' is empty.", "up", "")]
    [InlineData(@"'do\u000a\u001b[2J' is no command (run, up, init).", "do\n\u001b[2J")]
    public void Words_that_are_empty_or_hold_control_characters_are_refused_in_one_line(string expected, params string[] arguments)
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start(arguments);
        Assert.Equal(2, watchdog.WaitForExit());
        Assert.Empty(watchdog.Lines);
        Assert.Equal("watchdog: " + expected, Assert.Single(watchdog.Errors.Split('\n'), line => line.StartsWith("watchdog: ")));
        Assert.DoesNotContain(watchdog.Errors.Split('\n'), line => line.Length > 0 && !line.StartsWith("watchdog: ") && !line.StartsWith("Try "));
    }

    [Fact]
    public void Everything_behind_the_dashes_is_the_command()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("run", "--", "echo", "--help", "@nothing", "--", "$HOME", "");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Contains("echo     | --help @nothing -- $HOME ", watchdog.Lines);
    }
}
