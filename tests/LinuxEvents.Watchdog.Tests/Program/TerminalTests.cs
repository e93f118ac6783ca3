using System.Diagnostics;

namespace LinuxEvents.Watchdog.Tests;

public class TerminalTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1", false)]
    [InlineData("TERM=dumb", false)]
    public void A_terminal_gets_colours_unless_the_environment_says_no(string environment, bool color)
    {
        using var terminal = new Terminal();
        using RunningWatchdog watchdog = On(terminal, environment, "run -- echo hello");
        string text = terminal.ReadToEnd();
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Contains("hello\r\n", text, StringComparison.Ordinal);
        Assert.Equal(color, text.Contains("\e["));
    }

    [Theory]
    [InlineData("always", true)]
    [InlineData("never", false)]
    public void The_option_prevails(string mode, bool color)
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("run", "--color", mode, "--", "echo", "hello");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(color, string.Concat(watchdog.Lines).Contains('\e'));
    }

    [Fact]
    public void Control_C_reaches_the_watchdog_alone()
    {
        using var terminal = new Terminal();
        using RunningWatchdog watchdog = On(
            terminal, "", "run -- sh -c 'trap \"echo interrupted\" INT; trap \"echo terminated; exit 5\" TERM; echo ready; while :; do sleep 60 & wait $!; done'");
        terminal.ReadUntil("ready");
        terminal.Type("\x03");
        string text = terminal.ReadToEnd();
        Assert.Equal(5, watchdog.WaitForExit());
        Assert.Contains("stopping: SIGINT", text, StringComparison.Ordinal);
        Assert.Contains("terminated", text, StringComparison.Ordinal);
        Assert.DoesNotContain("interrupted", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_terminal_it_works_as_well()
    {
        using var watchdog = new RunningWatchdog(new ProcessStartInfo("setsid", ["--wait", "dotnet", "exec", RunningWatchdog.Program, "run", "--", "echo", "hello"]));
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Contains("echo     | hello", watchdog.Lines);
    }

    /// <summary>The watchdog leads a session of its own, which the terminal controls: it has opened it first.</summary>
    private static RunningWatchdog On(Terminal terminal, string environment, string arguments) => new(new ProcessStartInfo(
        "setsid",
        ["--wait", "sh", "-c", $"exec <>{terminal.Name} >&0 2>&1; exec env --default-signal=INT,QUIT TERM=xterm {environment} dotnet exec {RunningWatchdog.ProgramWord} {arguments}"]));
}
