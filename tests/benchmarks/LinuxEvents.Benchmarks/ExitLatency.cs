using System.Diagnostics;
using Spectre.Console;

namespace LinuxEvents.Benchmarks;

/// <summary>How long after a process was killed, which is no child of this one, its end is noticed: by pidfd, and by .NET's polling.</summary>
internal static class ExitLatency
{
    private const int Count = 200;

    public static async Task ShowAsync()
    {
        double[] ours = await MeasureAsync(static async id =>
        {
            using ProcessWatch watch = ProcessWatch.Open(id);
            await watch.WaitForExitAsync();
        });
        double[] theirs = await MeasureAsync(static async id =>
        {
            using Process process = Process.GetProcessById(id);
            await process.WaitForExitAsync();
        });
        Table table = new Table().Title("[bold]exits[/]: from SIGKILL to the continuation, of a process that is no child").Border(TableBorder.Rounded)
            .AddColumn("").AddColumn(new TableColumn("median ms").RightAligned()).AddColumn(new TableColumn("p99 ms").RightAligned())
            .AddColumn(new TableColumn("worst ms").RightAligned());
        foreach ((string name, double[] times) in new[] { ("ProcessWatch", ours), (".NET Process", theirs) })
            table.AddRow(name, $"{times[Count / 2]:F3}", $"{times[Count * 99 / 100]:F3}", $"{times[^1]:F3}");
        AnsiConsole.Write(table);
        double p99 = ours[Count * 99 / 100];
        AnsiConsole.MarkupLine($"  {(p99 <= 1 ? "[green]met[/]   " : "[red]missed[/]")} ProcessWatch: {p99:F3} ms (p99), to be at most 1");
    }

    /// <returns>Milliseconds, the shortest first.</returns>
    private static async Task<double[]> MeasureAsync(Func<int, Task> waitForExit)
    {
        string script = $"i=0; while [ $i -lt {Count + 1} ]; do sleep 1000 >&- & echo $!; i=$((i+1)); done; wait";
        using ChildProcess parent = ChildProcess.Spawn(new SpawnOptions("/bin/sh", "-c", script) { StandardOutput = ChildStdio.Pipe });
        using var reader = new StreamReader(parent.StandardOutput!);
        var processes = new (ProcessWatch Killer, Task<long> End)[Count + 1];
        for (int i = 0; i < processes.Length; i++)
        {
            int id = int.Parse((await reader.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
            processes[i] = (ProcessWatch.Open(id), TimeAsync(waitForExit(id)));
        }

        var times = new List<double>();
        foreach ((ProcessWatch killer, Task<long> end) in processes)
        {
            // At any time of their polling.
            await Task.Delay(Random.Shared.Next(1, 20));
            long start = Stopwatch.GetTimestamp();
            killer.Signal(LinuxSignal.SIGKILL);
            times.Add(Stopwatch.GetElapsedTime(start, await end).TotalMilliseconds);
            killer.Dispose();
        }

        await parent.WaitForExitAsync();
        // Without the first one, which warms up.
        return [.. times.Skip(1).Order()];
    }

    private static async Task<long> TimeAsync(Task end)
    {
        await end.ConfigureAwait(ConfigureAwaitOptions.None);
        return Stopwatch.GetTimestamp();
    }
}
