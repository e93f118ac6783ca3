namespace LinuxEvents.Benchmarks;

/// <summary>How a contestant did in a workload: its rounds, beside the first contestant's of the same numbers.</summary>
internal sealed record Standing(string Name, IReadOnlyList<Figures> Rounds)
{
    public double Wall => Median(Rounds.Select(static round => round.Wall));

    public double Cpu => Median(Rounds.Select(static round => round.Cpu));

    public double? Bytes => Rounds[0].Bytes is null ? null : Median(Rounds.Select(static round => round.Bytes!.Value));

    /// <summary>The median of the ratios of rounds that followed each other: what disturbed the machine disturbed both.</summary>
    public double RatioTo(Standing other) => Median(Rounds.Zip(other.Rounds, static (ours, theirs) => ours.Cpu / theirs.Cpu));

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
