namespace LinuxEvents.Watchdog.Tests;

public sealed class ReloadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Only_what_was_removed_changed_or_added_is_touched()
    {
        string file = Write(("same", "1"), ("changed", "1"), ("removed", "1"));
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        watchdog.WaitForLines("| version 1", 3);
        int[] before = watchdog.Children;

        Write(("added", "1"), ("same", "1"), ("changed", "2"));
        watchdog.Signal(LinuxSignal.SIGHUP);
        int seen = watchdog.WaitForLine("reloaded: 2 stopped, 2 to start, 1 left alone");
        watchdog.WaitForLine("added    | version 1", seen);
        watchdog.WaitForLine("changed  | version 2", seen);
        Assert.Equal(3, watchdog.Children.Length);
        Assert.Single(watchdog.Children.Intersect(before));

        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(0, watchdog.WaitForExit());
        string[] stopped = [.. watchdog.Lines.Where(line => line.Contains("killed by SIGTERM")).Select(line => line.Split(' ')[0])];
        Assert.Equal(["removed", "changed", "changed", "same", "added"], stopped);
    }

    [Fact]
    public void A_wrong_file_leaves_everything_as_it_is()
    {
        string file = Write(("a", "1"));
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        watchdog.WaitForLine("| version 1");
        int child = watchdog.Children.Single();

        _directory.Write("f.json", """{ "services": { "a": { "comand": [] } } }""");
        watchdog.Signal(LinuxSignal.SIGHUP);
        int seen = watchdog.WaitForLine("not reloaded: everything stays as it was");
        Assert.Equal(1, watchdog.CountLines($"{file}:1: service 'a': lacks the member 'command'"));
        Assert.Equal(1, watchdog.CountLines($"{file}:1: service 'a': 'comand' is no member"));
        File.Delete(file);
        watchdog.Signal(LinuxSignal.SIGHUP);
        watchdog.WaitForLine("not reloaded: everything stays as it was", seen);
        Assert.Equal(1, watchdog.CountLines($"{file}: cannot be read: no such file"));
        Assert.Equal(child, watchdog.Children.Single());

        Write(("a", "2"));
        watchdog.Signal(LinuxSignal.SIGHUP);
        watchdog.WaitForLine("| version 2");
        watchdog.Signal(LinuxSignal.SIGINT);
        Assert.Equal(0, watchdog.WaitForExit());
    }

    [Fact]
    public void A_stop_during_a_reload_starts_nothing_more()
    {
        string file = _directory.Write("f.json", """
            { "services": { "old": { "grace": "1d", "command": ["sh", "-c", "trap 'echo not yet' TERM; echo ready; while :; do sleep 60 & wait $!; done"] } } }
            """);
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", file);
        watchdog.WaitForLine("| ready");
        Write(("new", "1"));
        watchdog.Signal(LinuxSignal.SIGHUP);
        watchdog.WaitForLine("| not yet");
        watchdog.Signal(LinuxSignal.SIGTERM);
        watchdog.WaitForLine("watchdog * stopping: SIGTERM");
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(0, watchdog.CountLines("version 1"));
        Assert.Equal(1, watchdog.CountLines("killed by SIGKILL"));
    }

    private string Write(params (string Name, string Version)[] services) => _directory.Write(
        "f.json",
        "{ \"services\": {" + string.Join(',', services.Select(service =>
            $"\"{service.Name}\": {{ \"command\": [\"sh\", \"-c\", \"echo version {service.Version}; exec sleep 60\"] }}")) + "} }");
}
