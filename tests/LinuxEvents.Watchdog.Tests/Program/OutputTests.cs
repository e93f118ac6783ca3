using System.Diagnostics;
using System.Text.Json;

namespace LinuxEvents.Watchdog.Tests;

public sealed class OutputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Lines_carry_the_name_and_tell_output_from_error()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript("echo out; echo err >&2; printf 'no end'", "--name", "it");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("it       | out"));
        Assert.Equal(1, watchdog.CountLines("it       ! err"));
        Assert.Equal(1, watchdog.CountLines("it       | no end"));
        Assert.StartsWith("it       * started as process ", watchdog.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("it       * exited with code 0 after ", watchdog.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', string.Concat(watchdog.Lines));
        Assert.Empty(watchdog.Errors);
    }

    [Fact]
    public void Every_line_of_JSON_is_an_object_of_its_own()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(@"printf 'a\377\n\tb'; echo err >&2; exit 3", "--name", "it", "--format", "json");
        Assert.Equal(3, watchdog.WaitForExit());
        WatchdogEvent[] all = WatchdogEvent.All(watchdog);
        Assert.All(all, each => Assert.Equal("it", each.Service));
        Assert.Equal(["a\uFFFD", "\tb"], all.Where(each => each.Stream == "stdout").Select(each => each.Line));
        Assert.Equal(["err"], all.Where(each => each.Stream == "stderr").Select(each => each.Line));
        WatchdogEvent[] events = [.. all.Where(each => each.Stream == "watchdog")];
        Assert.Equal(["started", "exited"], events.Select(each => each.Event!));
        Assert.Equal(3, events[1].Code);
        Assert.Equal(events[0].Pid, events[1].Pid);
    }

    [Fact]
    public void Bytes_pass_unharmed_into_a_file_and_are_appended_to_it()
    {
        string file = _directory.Write("out", "before\n");
        using RunningWatchdog watchdog = Shell($"run -- sh -c 'printf \"\\377\\000\\033[31m\\r\\303\\n\"' >>{file}");
        Assert.Equal(0, watchdog.WaitForExit());
        byte[] written = File.ReadAllBytes(file);
        Assert.True(written.AsSpan().StartsWith("before\nsh       * started"u8));
        Assert.True(written.AsSpan().IndexOf((byte[])[.. "sh       | "u8, 0xFF, 0x00, 0x1B, .. "[31m\r"u8, 0xC3, (byte)'\n']) > 0);
    }

    [Fact]
    public void A_long_line_comes_whole_or_in_parts_that_say_so()
    {
        using RunningWatchdog watchdog = RunningWatchdog.RunScript("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end", "--format", "json");
        Assert.Equal(0, watchdog.WaitForExit());
        string[] lines = [.. WatchdogEvent.All(watchdog).Where(each => each.Stream == "stdout").Select(each => each.Line)];
        Assert.Equal("end", lines[^1]);
        Assert.Equal(300_000, lines[..^1].Sum(line => line.Length));
        Assert.Equal(4, watchdog.CountLines("\"continues\":true"));
    }

    [Fact]
    public void Much_output_of_several_services_arrives_whole_and_in_order()
    {
        const int Count = 50_000;
        string service = $"{{ \"command\": [\"seq\", \"{Count}\"] }}";
        string file = _directory.Write("f.json", $"{{ \"services\": {{ \"a\": {service}, \"b\": {service}, \"c\": {service} }} }}");
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        Assert.Equal(0, watchdog.WaitForExit());
        foreach (string name in (string[])["a", "b", "c"])
        {
            Assert.Equal(
                Enumerable.Range(1, Count).Select(i => $"{name}        | {i}"),
                watchdog.Lines.Where(line => line.StartsWith($"{name}        | ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void A_slow_reader_slows_the_command_down_and_loses_nothing()
    {
        string gate = _directory.File("gate");
        using RunningWatchdog watchdog = Shell(
            $"run -- sh -c '{WritePid("seq 200000")}'", $" | {{ while ! [ -e {gate} ]; do sleep 0.02; done; exec cat; }}");
        WaitUntilBlocked(watchdog, "seq");
        _directory.Write("gate", "");
        watchdog.WaitForExit();
        Assert.Equal(Enumerable.Range(1, 200_000).Select(i => $"sh       | {i}"), watchdog.Lines.Where(line => line.Contains('|')));
    }

    [Fact]
    public void When_nobody_reads_any_more_everything_is_stopped_quietly()
    {
        string status = _directory.File("status");
        using RunningWatchdog watchdog = Shell(
            "run --restart always -- sh -c 'while :; do echo line; sleep 0.01; done'; echo $? >" + status, " | head -n 3");
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(3, watchdog.Lines.Length);
        Assert.Equal("141\n", File.ReadAllText(status));
        Assert.Empty(watchdog.Errors);
    }

    [Fact]
    public void A_reader_that_reads_nothing_does_not_keep_it_from_stopping()
    {
        string status = _directory.File("status");
        using RunningWatchdog watchdog = Shell(
            $"run -- sh -c '{WritePid("yes")}'; echo $? >{status}", $" | while ! [ -s {status} ]; do sleep 0.02; done");
        int command = WaitUntilBlocked(watchdog, "yes");
        RunningWatchdog.Kill(RunningWatchdog.ParentOf(command), LinuxSignal.SIGTERM);
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal("143\n", File.ReadAllText(status));
    }

    [Theory]
    [InlineData(">&-", "standard output is closed")]
    [InlineData(">/dev/full", "No space left on device")]
    public void Output_that_cannot_be_written_is_an_error_with_its_reason(string redirection, string reason)
    {
        using RunningWatchdog watchdog = Shell("run -- sleep 60 " + redirection);
        Assert.Equal(125, watchdog.WaitForExit());
        Assert.Contains(reason, watchdog.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_detached_grandchild_that_keeps_the_output_open_delays_the_end_for_the_drain_time_only()
    {
        string pid = _directory.File("pid");
        using RunningWatchdog watchdog = RunningWatchdog.RunScript(
            $"setsid sh -c '{WritePid("sleep 60")}' & while ! [ -e {pid} ]; do sleep 0.02; done; echo last; exit 6", "--drain", "20ms");
        Assert.Equal(6, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("| last"));
        Assert.Equal(1, watchdog.CountLines("closing its output, which a process that it left behind holds open"));
        RunningWatchdog.Kill(int.Parse(File.ReadAllText(pid), null), LinuxSignal.SIGKILL);
        watchdog.WaitForNoDescendants();
    }

    [Fact]
    public void The_summary_counts_starts_exits_and_signals()
    {
        string file = _directory.Write("f.json", """
            { "services": {
              "fails": { "command": ["sh", "-c", "exit 3"], "restart": "always", "backoff": { "initial": 0 }, "maxRestarts": 4 },
              "killed": { "command": ["sh", "-c", "kill -KILL $$"] } } }
            """);
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        Assert.Equal(1, watchdog.WaitForExit());
        Assert.Contains(watchdog.Lines, line => line.Contains("Service") && line.Contains("CPU time") && line.Contains("Peak memory"));
        Assert.Contains(watchdog.Lines, line => line.Replace(" ", "").StartsWith("│fails│5│3×5││"));
        Assert.Contains(watchdog.Lines, line => line.Replace(" ", "").StartsWith("│killed│1││SIGKILL│"));
    }

    [Fact]
    public void The_summary_is_told_in_JSON_as_well()
    {
        string file = _directory.Write("f.json", """{ "services": { "fails": { "command": ["sh", "-c", "exit 3"], "restart": "always", "maxRestarts": 1 } } }""");
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file, "--format", "json");
        Assert.Equal(1, watchdog.WaitForExit());
        using JsonDocument summary = JsonDocument.Parse(watchdog.Lines[^1]);
        Assert.Equal("summary", summary.RootElement.GetProperty("event").GetString());
        Assert.Equal(2, summary.RootElement.GetProperty("starts").GetInt32());
        Assert.Equal("{\"3\":2}", summary.RootElement.GetProperty("exits").GetRawText());
        Assert.Equal("{}", summary.RootElement.GetProperty("signals").GetRawText());
        Assert.Equal("started 2 times", summary.RootElement.GetProperty("line").GetString());
        Assert.True(summary.RootElement.GetProperty("peakBytes").GetInt64() > 0);
        Assert.True(summary.RootElement.GetProperty("peakIsUpperBound").GetBoolean()); // a shell needs less than the watchdog
    }

    /// <summary>A script that becomes another program and leaves its process id in a file.</summary>
    private string WritePid(string program) => $"echo $$ >{_directory.File("pid.new")}; mv {_directory.File("pid.new")} {_directory.File("pid")}; exec {program}";

    /// <summary>Waits until a program that does nothing but write has to wait.</summary>
    private int WaitUntilBlocked(RunningWatchdog watchdog, string program)
    {
        watchdog.WaitUntil("the command's start", () => File.Exists(_directory.File("pid")));
        int id = int.Parse(File.ReadAllText(_directory.File("pid")), null);
        watchdog.WaitUntil($"{program} to be blocked", () => File.ReadAllText($"/proc/{id}/stat").Contains($"({program}) S"));
        return id;
    }

    /// <summary>Starts the watchdog below a shell; what is behind the command line may redirect or read its output.</summary>
    private static RunningWatchdog Shell(string commandLine, string behind = "") =>
        new(new ProcessStartInfo("sh", ["-c", $"{{ dotnet exec {RunningWatchdog.ProgramWord} {commandLine}; }}{behind}"]));
}
