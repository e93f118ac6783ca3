using Spectre.Console;

namespace LinuxEvents.Benchmarks;

/// <summary>How late timers are, what it costs to have many of them fire, and what each takes.</summary>
internal static class TimerFigures
{
    private const int Rounds = 5;

    private static readonly string[] s_late = ["processor ns", "p50 us late", "p99 us late", "least us late"];

    public static async Task ShowLatenessAsync(string native)
    {
        foreach (int delay in (int[])[100, 500, 1000, 1500, 10_000])
        {
            List<(string Name, double[] Figures)> rows = await PlayAsync(
                Contestants(native, "lateness", delay, "timerfd", "raw", "delay", "timer", "task"), TimeSpan.FromSeconds(delay >= 1500 ? 1.5 : 0.5));
            Show($"lateness of {delay / 1000.0:0.0} ms", rows, s_late);
            foreach (string name in (string[])["LinuxEvents LoopTimer", "LinuxEvents DelayAsync"])
            {
                Target(rows, name, 1, "median", "C timerfd", 2);
                Target(rows, name, 2, "p99", "C timerfd", 4);
            }
        }
    }

    public static async Task ShowFiringAsync(string native)
    {
        foreach (int count in (int[])[100_000, 1_000_000])
        {
            List<(string Name, double[] Figures)> rows = await PlayAsync(
                Contestants(native, "fire", count, "wheel", "raw", "raw-slack", "delay-slack", "timer", "task"), TimeSpan.FromSeconds(1));
            Show($"{count:N0} timers fire over a second", rows, s_late);
            Target(rows, "LinuxEvents LoopTimer, 1 ms of slack", 0, "processor time", "C wheel of 1 ms", 2);
        }
    }

    public static async Task ShowMemoryAsync(string native)
    {
        List<(string Name, double[] Figures)> rows = [];
        foreach (Contestant contestant in Contestants(native, "memory", 1_000_000, "wheel", "raw", "delay", "timer", "task"))
        {
            using var competitor = new Competitor(contestant, processors: null);
            await competitor.ReadyAsync(default);
            rows.Add((contestant.Name, await competitor.ReadFiguresAsync(default)));
        }

        Show("memory of a started timer, of a million", rows, ["bytes"]);
        double raw = rows.First(static row => row.Name == NameOf("raw")).Figures[0], delay = rows.First(static row => row.Name == NameOf("delay")).Figures[0];
        Reached(raw <= 64, $"{NameOf("raw")}: {raw:F0} bytes, to be at most 64");
        Reached(delay <= 128, $"{NameOf("delay")} with a token: {delay:F0} bytes, to be at most 128; .NET's own part for a token is 80");
    }

    private static IEnumerable<Contestant> Contestants(string native, string contest, int number, string first, params string[] ours)
    {
        (string Name, string Library)[] peers =
        [
            (first == "wheel" ? "C wheel of 1 ms" : "C timerfd", first), ("libev", "libev"), ("libevent", "libevent"), ("libuv", "libuv"), ("Go", "go"),
        ];
        foreach ((string name, string library) in peers)
        {
            foreach (Contestant peer in Workloads.Peer(name, $"{native}/bench-timers-{library}", contest, $"{number}"))
                yield return peer;
        }

        foreach (string style in ours)
            yield return Workloads.Ours(NameOf(style), "timers", style, contest, $"{number}");
    }

    public static string NameOf(string style) => style switch
    {
        "raw" => "LinuxEvents LoopTimer",
        "raw-new" => "LinuxEvents LoopTimer, made and dropped",
        "timer-new" => ".NET Timer, made and disposed",
        "raw-slack" => "LinuxEvents LoopTimer, 1 ms of slack",
        "delay" => "LinuxEvents DelayAsync",
        "delay-slack" => "LinuxEvents DelayAsync, 1 ms of slack",
        "timer" => ".NET Timer",
        _ => ".NET Task.Delay",
    };

    /// <returns>The medians of each contestant's rounds, which alternate.</returns>
    private static async Task<List<(string, double[])>> PlayAsync(IEnumerable<Contestant> contestants, TimeSpan round)
    {
        List<Competitor> competitors = [];
        try
        {
            foreach (Contestant contestant in contestants)
            {
                var competitor = new Competitor(contestant, processors: null);
                competitors.Add(competitor);
                await competitor.ReadyAsync(default);
                await competitor.MeasureAsync(round.TotalSeconds, default);
            }

            List<double[]>[] figures = [.. competitors.Select(static _ => new List<double[]>())];
            for (int i = 0; i < Rounds; i++)
            {
                for (int j = 0; j < competitors.Count; j++)
                    figures[j].Add(await competitors[j].MeasureAsync(round.TotalSeconds, default));
            }

            return
            [
                .. competitors.Zip(figures, static (competitor, rounds) => (competitor.Contestant.Name,
                    Enumerable.Range(0, rounds[0].Length).Select(i => Standing.Median(rounds.Select(round => round[i]))).ToArray())),
            ];
        }
        finally
        {
            foreach (Competitor competitor in competitors)
                competitor.Dispose();
        }
    }

    private static void Show(string title, List<(string Name, double[] Figures)> rows, string[] columns)
    {
        Table table = new Table().Title($"[bold]timers[/]: {Markup.Escape(title)}").Border(TableBorder.Rounded).AddColumn("");
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach ((string name, double[] figures) in rows)
            table.AddRow([Markup.Escape(name), .. figures.Select(static figure => $"{figure:N1}")]);
        AnsiConsole.Write(table);
    }

    private static void Target(List<(string Name, double[] Figures)> rows, string name, int figure, string what, string other, double ratio)
    {
        double reached = rows.First(row => row.Name == name).Figures[figure] / rows.First(row => row.Name == other).Figures[figure];
        Reached(reached <= ratio, $"{name}, {what}: {reached:F2} x {other}, to be at most {ratio:F0}");
    }

    private static void Reached(bool met, string what) => AnsiConsole.MarkupLine($"  {(met ? "[green]met[/]   " : "[red]missed[/]")} {Markup.Escape(what)}");
}
