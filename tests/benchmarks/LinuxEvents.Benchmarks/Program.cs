using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using LinuxEvents.Benchmarks;
using Spectre.Console;

Argument<string[]> names = new("NAME")
{
    Description = "workloads to run: a name, or the beginning of several (children-); all if none is named",
    Arity = ArgumentArity.ZeroOrMore,
};
Option<DirectoryInfo> native = new("--native") { Description = "the folder of the C programs", Required = true, Hidden = true };
Option<FileInfo?> json = new("--json") { Description = "write all figures there" };
Option<FileInfo?> chart = new("--chart") { Description = "draw a chart (SVG) there" };
Option<int> rounds = new("--rounds") { Description = "how many rounds", DefaultValueFactory = _ => 9 };
Option<double> seconds = new("--seconds") { Description = "how long one contestant's round is", DefaultValueFactory = _ => 0.4 };
// A validator sees what is no number at all, too, and its value can't be asked for.
Validate(rounds, static text => int.TryParse(text, out int count) && count >= 1, "--rounds must be a whole number, 1 or more.");
Validate(
    seconds, static text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double time) && time is > 0 and <= 60,
    "--seconds must be a number above 0, at most 60.");
RootCommand bench = new("Measures the selector beside C and beside what users would pick instead: contestants take turns, round by round.")
{
    names, native, json, chart, rounds, seconds,
};
bench.SetAction(async (parse, cancellation) =>
{
    string folder = parse.GetValue(native)!.FullName;
    // What these programs measure of the C library they show themselves.
    string[] programs = ["wrappers", "spawn", "reaper"];
    Dictionary<string, Func<Task>> figures = new()
    {
        ["exits"] = ExitLatency.ShowAsync, ["children"] = LiveChildren.ShowAsync, ["start-up"] = StartUp.ShowAsync,
        ["signals-flood"] = () => SignalFigures.ShowFloodAsync(folder), ["signals-pauses"] = SignalFigures.ShowPausesAsync,
        ["timers-lateness"] = () => TimerFigures.ShowLatenessAsync(folder), ["timers-fire"] = () => TimerFigures.ShowFiringAsync(folder),
        ["timers-memory"] = () => TimerFigures.ShowMemoryAsync(folder),
    };
    Workload[] workloads = [.. Workloads.In(folder)];
    string[] all = [.. programs, .. figures.Keys, .. workloads.Select(static workload => workload.Name)], wanted = parse.GetValue(names)!;
    if (wanted.FirstOrDefault(name => !all.Any(known => Fits(known, name))) is { } unknown)
    {
        Console.Error.WriteLine(unknown.StartsWith('-')
            ? $"There is no option {unknown}; bench --help lists them."
            : $"There is no workload {unknown}. There are: {string.Join(", ", all)}");
        return 2;
    }

    bool IsWanted(string name) => wanted.Length == 0 || wanted.Any(word => all.Contains(word) ? name == word : Fits(name, word));
    foreach (string program in programs.Where(IsWanted))
    {
        using Process process = Process.Start(Path.Combine(folder, $"bench-{program}"));
        await process.WaitForExitAsync(cancellation);
    }

    if (Console.IsOutputRedirected)
    {
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Width = 120;
    }

    foreach ((string name, Func<Task> show) in figures)
    {
        if (IsWanted(name))
            await show();
    }

    return await Tournament.RunAsync(
        [.. workloads.Where(workload => IsWanted(workload.Name))], parse.GetValue(rounds), parse.GetValue(seconds), parse.GetValue(json), parse.GetValue(chart), cancellation);
});

Argument<string[]> contest = new("CONTEST") { Arity = ArgumentArity.OneOrMore };
Command contestant = new("contest", "Be a contestant: what the tournament starts.") { contest };
contestant.Hidden = true;
contestant.SetAction(parse => Contestants.Run(parse.GetValue(contest)!));
bench.Subcommands.Add(contestant);

Command micro = new("micro", "Measure single operations and what they allocate, by BenchmarkDotNet.") { TreatUnmatchedTokensAsErrors = false };
micro.SetAction(parse => Micro.Run([.. parse.UnmatchedTokens]));
bench.Subcommands.Add(micro);
return await bench.Parse(args).InvokeAsync();

static void Validate(Option option, Func<string, bool> isValid, string error) =>
    option.Validators.Add(result => { if (!result.Tokens.All(token => isValid(token.Value))) result.AddError(error); });

static bool Fits(string name, string beginning) => name.StartsWith(beginning, StringComparison.Ordinal);
