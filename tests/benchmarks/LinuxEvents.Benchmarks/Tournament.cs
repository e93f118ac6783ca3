using System.Text.Json;
using Spectre.Console;

namespace LinuxEvents.Benchmarks;

/// <summary>Has the contestants of each workload take turns, and shows what came out.</summary>
internal static class Tournament
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(
        IReadOnlyList<Workload> workloads, int rounds, double seconds, FileInfo? json, FileInfo? chart, CancellationToken cancellation)
    {
        List<(Workload Workload, IReadOnlyList<Standing> Standings)> results = [];
        foreach (Workload workload in workloads)
        {
            IReadOnlyList<Standing> standings = await PlayAsync(workload, rounds, seconds, cancellation);
            results.Add((workload, standings));
            Show(workload, standings);
        }

        if (json is not null)
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(results.Select(static result => new
            {
                workload = result.Workload.Name, title = result.Workload.Title, unit = "nanoseconds per event",
                contestants = result.Standings.Select(standing => new
                {
                    standing.Name, standing.Cpu, standing.Wall, standing.Bytes, ratio = standing.RatioTo(result.Standings[0]), standing.Rounds,
                }),
                targets = result.Workload.Targets,
            }), s_json), cancellation);
        if (chart is not null)
            Chart.Draw(results).Save(chart.FullName);
        return 0;
    }

    private static async Task<IReadOnlyList<Standing>> PlayAsync(Workload workload, int rounds, double seconds, CancellationToken cancellation)
    {
        List<Competitor> competitors = [];
        try
        {
            foreach (Contestant contestant in workload.Contestants)
            {
                // One after the other: those that are ready already wait and disturb nobody.
                var competitor = new Competitor(contestant, workload.Processors);
                competitors.Add(competitor);
                await competitor.ReadyAsync(cancellation);
                // By time: the compiler works at a thing for a second before it is what it will be.
                await competitor.PlayAsync(1.5, cancellation);
            }

            List<Figures>[] figures = [.. competitors.Select(static _ => new List<Figures>())];
            for (int round = 0; round < rounds; round++)
            {
                for (int i = 0; i < competitors.Count; i++)
                    figures[i].Add(await competitors[i].PlayAsync(seconds, cancellation));
            }

            return [.. competitors.Zip(figures, static (competitor, rounds) => new Standing(competitor.Contestant.Name, rounds))];
        }
        finally
        {
            foreach (Competitor competitor in competitors)
                competitor.Dispose();
        }
    }

    private static void Show(Workload workload, IReadOnlyList<Standing> standings)
    {
        Table table = new Table().Title($"[bold]{workload.Name}[/]: {Markup.Escape(workload.Title)}").Border(TableBorder.Rounded)
            .AddColumn("").AddColumn(new TableColumn("processor ns").RightAligned()).AddColumn(new TableColumn("wall ns").RightAligned())
            .AddColumn(new TableColumn("ratio").RightAligned()).AddColumn(new TableColumn("bytes").RightAligned());
        foreach (Standing standing in standings)
        {
            table.AddRow(
                Markup.Escape(standing.Name), $"{standing.Cpu:N0}", $"{standing.Wall:N0}", $"{standing.RatioTo(standings[0]):F3}",
                standing.Bytes is { } bytes ? $"{bytes:F1}" : "");
        }

        AnsiConsole.Write(table);
        foreach (Target target in workload.Targets)
        {
            if (standings.FirstOrDefault(standing => standing.Name == target.Other) is not { } other)
                continue;
            double ratio = standings.First(standing => standing.Name == target.Contestant).RatioTo(other);
            AnsiConsole.MarkupLine(
                $"  {(ratio <= target.Ratio ? "[green]met[/]   " : "[red]missed[/]")} {Markup.Escape(target.Contestant)}: {ratio:F3} x {Markup.Escape(target.Other)}, to be at most {target.Ratio:F2}");
        }
    }
}
