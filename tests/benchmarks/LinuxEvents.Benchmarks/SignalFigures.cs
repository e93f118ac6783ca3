using System.Diagnostics;
using Spectre.Console;

namespace LinuxEvents.Benchmarks;

/// <summary>What becomes of a flood of real-time signals, and of the garbage collector's pauses meanwhile.</summary>
internal static class SignalFigures
{
    private const int Count = 90_000;

    private const string Registration = "PosixSignalRegistration", Go = "Go os/signal", Python = "Python asyncio";

    private static readonly string[] s_valueless = [Registration, Go, Python];

    public static IEnumerable<Contestant> Contestants(string native, params string[] mode)
    {
        yield return new Contestant("C signalfd", [$"{native}/bench-signals-signalfd", .. mode]);
        yield return new Contestant("C relay", [$"{native}/bench-signals-relay", .. mode]);
        yield return Workloads.Ours("LinuxEvents SignalFd", ["signals", "signalfd", .. mode]);
        yield return Workloads.Ours("LinuxEvents Relay", ["signals", "relay", .. mode]);
        yield return Workloads.Ours(Registration, ["signals", "registration", .. mode]);
        foreach (Contestant peer in Workloads.Peer(Go, $"{native}/bench-signals-go", mode))
            yield return peer;
        foreach (Contestant peer in Workloads.Peer(Python, $"{native}/bench-signals-asyncio.py", mode))
            yield return peer with { Command = ["python3", .. peer.Command] };
    }

    public static async Task ShowFloodAsync(string native)
    {
        Table table = new Table().Title($"[bold]signals-flood[/]: {Count:N0} real-time signals from another process").Border(TableBorder.Rounded)
            .AddColumn("").AddColumn(new TableColumn("taken").RightAligned()).AddColumn(new TableColumn("dropped, counted").RightAligned())
            .AddColumn(new TableColumn("lost").RightAligned()).AddColumn("values").AddColumn(new TableColumn("ms to send").RightAligned());
        foreach (Contestant contestant in Contestants(native, "flood"))
        {
            using var competitor = new Competitor(contestant, processors: null);
            await competitor.ReadyAsync(default);
            long start = Stopwatch.GetTimestamp();
            using (Process sender = Process.Start($"{native}/bench-signals-sender", [$"{competitor.Id}", $"{Count}"]))
                await sender.WaitForExitAsync();
            double sending = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double[] last, figures = await competitor.MeasureAsync(0, default);
            do
            {
                await Task.Delay(300);
                last = figures;
                figures = await competitor.MeasureAsync(0, default);
            }
            while (figures[0] != last[0]);

            table.AddRow(contestant.Name, $"{figures[0]:N0}", $"{figures[1]:N0}", $"{Count - figures[0] - figures[1]:N0}",
                s_valueless.Contains(contestant.Name) ? "not given" : figures[2] == 1 ? "in order" : "out of order", $"{sending:N0}");
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Pauses of small collections, in turns with and without signals that come to a subscription meanwhile.</summary>
    public static async Task ShowPausesAsync()
    {
        const int Turns = 10, Signals = 1_000_000;
        using Selector selector = Selector.Start();
        List<double> quiet = [], disturbed = [];
        long taken = 0, dropped = 0;
        for (int turn = 0; turn < Turns; turn++)
        {
            quiet.AddRange(Collect(100, () => false));
            using var subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector, Capacity = 8192 }, LinuxSignals.RealTime(1));
            Task receive = selector.InvokeAsync(async () =>
            {
                await foreach (SignalInfo _ in subscription)
                    taken++;
            });
            var sender = new Thread(static () => Contests.Signals.SendMany(Signals / Turns));
            sender.Start();
            disturbed.AddRange(Collect(100, () => sender.IsAlive));
            sender.Join();
            while (Volatile.Read(ref taken) + dropped + subscription.Dropped < (turn + 1L) * Signals / Turns)
                await Task.Delay(1);
            dropped += subscription.Dropped;
            subscription.Dispose();
            await receive;
        }

        double before = P99(quiet), with = P99(disturbed), limit = 1.1 * before + 1;
        AnsiConsole.MarkupLine($"[bold]signals-pauses[/]: {Signals:N0} signals by the relay, {taken:N0} taken and {dropped:N0} dropped; pauses (p99): "
            + $"{before:F3} ms without them, {with:F3} with them");
        AnsiConsole.MarkupLine($"  {(with <= limit ? "[green]met[/]   " : "[red]missed[/]")} to be at most {limit:F3} ms");

        static double P99(List<double> pauses) => pauses.Order().ElementAt(pauses.Count * 99 / 100);
    }

    private static List<double> Collect(int count, Func<bool> goOn)
    {
        var pauses = new List<double>();
        while (pauses.Count < count || goOn())
        {
            byte[][] garbage = [.. Enumerable.Range(0, 100).Select(static _ => new byte[1000])];
            GC.Collect(0);
            GC.KeepAlive(garbage);
            pauses.Add(GC.GetGCMemoryInfo(GCKind.Any).PauseDurations[0].TotalMilliseconds);
            Thread.Sleep(1); // back to back they would leave the signals hardly any time to come
        }

        return pauses;
    }
}
