using System.Diagnostics;
using Spectre.Console;

namespace LinuxEvents.Benchmarks;

/// <summary>
/// How long after a process was killed, which is no child of this one, its end is noticed: by a loop, by a thread that does nothing
/// but wait for it (what the kernel and this machine need at least), and by .NET's polling. In turns, since a machine has busy times.
/// </summary>
internal static class ExitLatency
{
    private const int Count = 200;

    private static readonly (string Name, Func<int, Task> WaitForExit)[] s_ways =
    [
        ("ProcessWatch", static async id =>
        {
            using ProcessWatch watch = ProcessWatch.Open(id);
            await watch.WaitForExitAsync();
        }),
        ("a thread in poll", static id => Task.Factory.StartNew(() =>
        {
            using ProcessWatch watch = ProcessWatch.Open(id);
            watch.WaitForExit();
        }, TaskCreationOptions.LongRunning)),
        (".NET Process", static async id =>
        {
            using Process process = Process.GetProcessById(id);
            await process.WaitForExitAsync();
        }),
    ];

    public static async Task ShowAsync()
    {
        double[][] times = await MeasureAsync();
        Table table = new Table().Title("[bold]exits[/]: from SIGKILL to the continuation, of a process that is no child").Border(TableBorder.Rounded)
            .AddColumn("").AddColumn(new TableColumn("median ms").RightAligned()).AddColumn(new TableColumn("p99 ms").RightAligned())
            .AddColumn(new TableColumn("worst ms").RightAligned());
        foreach (((string name, _), double[] sorted) in s_ways.Zip(times))
            table.AddRow(name, $"{sorted[Count / 2]:F3}", $"{sorted[Count * 99 / 100]:F3}", $"{sorted[^1]:F3}");
        AnsiConsole.Write(table);
        double p99 = times[0][Count * 99 / 100];
        AnsiConsole.MarkupLine($"  {(p99 <= 1 ? "[green]met[/]   " : "[red]missed[/]")} ProcessWatch: {p99:F3} ms (p99), to be at most 1");
    }

    /// <returns>For each way milliseconds, the shortest first.</returns>
    private static async Task<double[][]> MeasureAsync()
    {
        int count = (Count + 1) * s_ways.Length;
        string script = $"i=0; while [ $i -lt {count} ]; do sleep 1000 >&- & echo $!; i=$((i+1)); done; wait";
        using ChildProcess parent = ChildProcess.Spawn(new SpawnOptions("/bin/sh", "-c", script) { StandardOutput = ChildStdio.Pipe });
        using var reader = new StreamReader(parent.StandardOutput!);
        var processes = new (ProcessWatch Killer, Task<long> End)[count];
        for (int i = 0; i < count; i++)
        {
            int id = int.Parse((await reader.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
            processes[i] = (ProcessWatch.Open(id), TimeAsync(s_ways[i % s_ways.Length].WaitForExit(id)));
        }

        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            // At any time of their polling.
            await Task.Delay(Random.Shared.Next(1, 20));
            long start = Stopwatch.GetTimestamp();
            processes[i].Killer.Signal(LinuxSignal.SIGKILL);
            times[i] = Stopwatch.GetElapsedTime(start, await processes[i].End).TotalMilliseconds;
            processes[i].Killer.Dispose();
        }

        await parent.WaitForExitAsync();
        // Without the first ones, which warm up.
        return [.. s_ways.Select((_, way) => times.Where((_, i) => i >= s_ways.Length && i % s_ways.Length == way).Order().ToArray())];
    }

    private static async Task<long> TimeAsync(Task end)
    {
        await end.ConfigureAwait(ConfigureAwaitOptions.None);
        return Stopwatch.GetTimestamp();
    }
}
