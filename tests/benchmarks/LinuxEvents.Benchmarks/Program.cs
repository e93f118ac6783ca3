using System.Diagnostics;
using System.Globalization;
using LinuxEvents.Benchmarks;

// usage: LinuxEvents.Benchmarks FOLDER-OF-THE-NATIVE-BENCHMARKS
const int Rounds = 7;
string native = Path.Combine(args[0], "bench-chain");
foreach ((int pipes, int active) in ((int, int)[])[(100, 1), (100, 100), (1000, 100)])
{
    double[] c = new double[Rounds], level = new double[Rounds], edge = new double[Rounds];
    using Chain levelChain = new(pipes, active, edgeTriggered: false), edgeChain = new(pipes, active, edgeTriggered: true);
    levelChain.Measure(TimeSpan.FromSeconds(1));
    edgeChain.Measure(TimeSpan.FromSeconds(1));
    for (int round = 0; round < Rounds; round++)
    {
        c[round] = RunNative(native, pipes, active);
        level[round] = levelChain.Measure(TimeSpan.FromSeconds(0.4));
        edge[round] = edgeChain.Measure(TimeSpan.FromSeconds(0.4));
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"chain {pipes,5} pipes {active,4} active: C {Median(c),6:F0} ns/event, level {Median(level),6:F0} ({Ratio(level, c):F3}), edge {Median(edge),6:F0} ({Ratio(edge, c):F3})"));
}

static double RunNative(string program, int pipes, int active)
{
    var start = new ProcessStartInfo(program, [.. ((string[])[$"{pipes}", $"{active}", "0.4"])]) { RedirectStandardOutput = true };
    using Process process = Process.Start(start)!;
    return double.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
}

static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

static double Ratio(double[] ours, double[] theirs) => Median(ours.Zip(theirs, (a, b) => a / b));
