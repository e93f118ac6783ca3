using System.Diagnostics;
using Spectre.Console;

namespace LinuxEvents.Benchmarks;

/// <summary>What it costs one loop that thousands of children live, and that they end all at once.</summary>
internal static class LiveChildren
{
    private const int Wanted = 10_000;

    public static async Task ShowAsync()
    {
        using Selector selector = Selector.Start();
        var options = new SpawnOptions("sleep", "1000") { StandardInput = ChildStdio.Null, StandardOutput = ChildStdio.Null };
        var children = new List<ChildProcess>();
        string limit = "";
        long start = Stopwatch.GetTimestamp();
        try
        {
            while (children.Count < Wanted)
                children.Add(ChildProcess.Spawn(options, selector));
        }
        catch (LinuxEventsException error)
        {
            limit = $" (not {Wanted:N0}: {error.ErrnoName})";
        }

        try
        {
            double spawned = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Task<ExitStatus>[] waits = [.. children.Select(static child => child.WaitForExitAsync().AsTask())];
            await selector.InvokeAsync(static () => Task.CompletedTask);
            TimeSpan busy = selector.GetStatistics().Busy;
            long turns = selector.GetStatistics().Turns;
            await Task.Delay(TimeSpan.FromSeconds(3));
            busy = selector.GetStatistics().Busy - busy;
            turns = selector.GetStatistics().Turns - turns;

            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            start = Stopwatch.GetTimestamp();
            children.ForEach(static child => child.Signal(LinuxSignal.SIGKILL));
            ExitStatus[] statuses = await Task.WhenAll(waits);
            double ended = Stopwatch.GetElapsedTime(start).TotalSeconds;
            cpu = Environment.CpuUsage.TotalTime - cpu;
            AnsiConsole.MarkupLine($"[bold]children[/]: {children.Count:N0} on one loop{limit}, started in {spawned:F1} s");
            AnsiConsole.MarkupLine($"  {(turns == 0 ? "[green]met[/]   " : "[red]missed[/]")} living for 3 s they cost {turns} turns of the loop and {busy.TotalMicroseconds:F1} µs of its time, to be 0");
            AnsiConsole.MarkupLine($"  killed, reaped and told in {ended:F2} s, {cpu.TotalMicroseconds / children.Count:F1} µs of processor time each; " +
                $"{statuses.Count(static status => status.Signal == LinuxSignal.SIGKILL):N0} statuses are right");
        }
        finally
        {
            foreach (ChildProcess child in children)
            {
                child.Signal(LinuxSignal.SIGKILL);
                child.Dispose();
            }
        }
    }
}
