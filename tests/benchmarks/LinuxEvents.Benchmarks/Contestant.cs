using System.Diagnostics;
using System.Globalization;

namespace LinuxEvents.Benchmarks;

/// <summary>Who takes part in a workload.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Command">The program and its arguments.</param>
internal sealed record Contestant(string Name, IReadOnlyList<string> Command);

/// <summary>What one round gave, for each event.</summary>
/// <param name="Wall">Nanoseconds that passed.</param>
/// <param name="Cpu">Nanoseconds of processor time.</param>
/// <param name="Bytes">Bytes allocated, where that can be known.</param>
internal readonly record struct Figures(double Wall, double Cpu, double? Bytes);

/// <summary>A contestant at work: a process that waits while others have their turn. See native/contest.h.</summary>
internal sealed class Competitor : IDisposable
{
    private readonly Process _process;

    public Competitor(Contestant contestant, string? processors)
    {
        Contestant = contestant;
        string[] command = processors is null ? [.. contestant.Command] : ["taskset", "-c", processors, .. contestant.Command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // A runtime that sees one processor runs other code than on the machines that are meant.
        start.Environment["DOTNET_PROCESSOR_COUNT"] = "2";
        _process = Process.Start(start)!;
    }

    public Contestant Contestant { get; }

    public int Id => _process.Id;

    public Task ReadyAsync(CancellationToken cancellation) => ReadAsync(cancellation);

    public async Task<Figures> PlayAsync(double seconds, CancellationToken cancellation)
    {
        double[] figures = await MeasureAsync(seconds, cancellation);
        return new Figures(figures[0], figures[1], figures.Length > 2 ? figures[2] : null);
    }

    /// <summary>A round of a contest that has figures of its own.</summary>
    public async Task<double[]> MeasureAsync(double seconds, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync(seconds.ToString(CultureInfo.InvariantCulture).AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        return await ReadFiguresAsync(cancellation);
    }

    public async Task<double[]> ReadFiguresAsync(CancellationToken cancellation) =>
        [.. (await ReadAsync(cancellation)).Split(' ').Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))];

    /// <summary>The end of its input ends a contestant; one that does not listen is killed.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(2)))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task<string> ReadAsync(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation)
        ?? throw new InvalidOperationException($"The contestant \"{Contestant.Name}\" has ended: {string.Join(' ', Contestant.Command)}");
}
