using System.Diagnostics;
using Spectre.Console;

namespace LinuxEvents.Benchmarks;

/// <summary>
/// What a program takes longer than an empty one that loads the library and serves one event, compiled when it runs and, if the package
/// has been made, with the library compiled ahead as that has it. Beside it what .NET itself takes.
/// </summary>
internal static class StartUp
{
    private const int Count = 31;
    private const string Program = "LinuxEvents.StartUp";

    private static readonly (string Event, string What)[] s_events =
    [
        ("nothing", "an empty program"),
        ("descriptor", "a TimerFd"),
        ("turn", "a selector's first turn"),
        ("await", "a delay awaited on a selector"),
        ("Task.Delay", ".NET: Task.Delay awaited"),
        ("Socket", ".NET: a Socket accepted"),
    ];

    public static async Task ShowAsync()
    {
        DirectoryInfo? ahead = CopyWithLibraryCompiledAhead();
        try
        {
            string[] folders = ahead is null ? [AppContext.BaseDirectory] : [AppContext.BaseDirectory, ahead.FullName];
            (double Wall, double Cpu)[][] times = await MeasureAsync(folders);
            Table table = new Table().Title("[bold]start-up[/]: ms more than an empty program takes").Border(TableBorder.Rounded).AddColumn("")
                .AddColumn("library").AddColumn(new TableColumn("wall").RightAligned()).AddColumn(new TableColumn("processor").RightAligned());
            for (int i = 0; i < times.Length; i++)
            {
                int folder = i / s_events.Length, empty = folder * s_events.Length;
                (double wall, double cpu) = (More(static time => time.Wall), More(static time => time.Cpu));
                if (i > empty)
                    table.AddRow(s_events[i - empty].What, folder == 0 ? "compiled as it runs" : "compiled ahead", $"{wall:F1}", $"{cpu:F1}");
                double More(Func<(double Wall, double Cpu), double> take) => Standing.Median(times[i].Select(take)) - Standing.Median(times[empty].Select(take));
            }

            AnsiConsole.Write(table);
            if (ahead is null)
                AnsiConsole.MarkupLine("  Not measured: the library compiled ahead, which ./build.sh pack makes.");
        }
        finally
        {
            ahead?.Delete(recursive: true);
        }
    }

    /// <returns>For each folder and event the times in milliseconds.</returns>
    private static async Task<(double Wall, double Cpu)[][]> MeasureAsync(string[] folders)
    {
        SpawnOptions[] programs = [.. from folder in folders from each in s_events select new SpawnOptions("dotnet", "exec", Path.Combine(folder, Program + ".dll"), each.Event)];
        var times = new (double, double)[programs.Length][];
        for (int i = 0; i < programs.Length; i++)
            times[i] = new (double, double)[Count];
        for (int round = -1; round < Count; round++)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                using ChildProcess child = ChildProcess.Spawn(programs[i]);
                ExitStatus status = await child.WaitForExitAsync();
                if (status.ExitCode != 0)
                    throw new InvalidOperationException($"{Program} {s_events[i % s_events.Length].Event}: {status}");
                // The first round warms up.
                if (round >= 0)
                    times[i][round] = (Stopwatch.GetElapsedTime(start).TotalMilliseconds, (status.UserTime + status.SystemTime).TotalMilliseconds);
            }
        }

        return times;
    }

    private static DirectoryInfo? CopyWithLibraryCompiledAhead()
    {
        string library = Path.Combine(AppContext.BaseDirectory, "../../../ahead/publish/LinuxEvents/release_net10.0_linux-x64/LinuxEvents.dll");
        if (!File.Exists(library))
            return null;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("linuxevents-");
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, Program + ".*").Append(Path.Combine(AppContext.BaseDirectory, "liblinuxevents.so")))
            File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        File.Copy(library, Path.Combine(folder.FullName, "LinuxEvents.dll"));
        return folder;
    }
}
