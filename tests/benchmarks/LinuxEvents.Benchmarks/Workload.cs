namespace LinuxEvents.Benchmarks;

/// <summary>What contestants are compared in.</summary>
/// <param name="Name">As it is named on the command line.</param>
/// <param name="Title">What an event is.</param>
/// <param name="Processors">Where all contestants run, in turns; <see langword="null"/> where they choose themselves.</param>
/// <param name="Contestants">The first one is what the others are compared with.</param>
/// <param name="Targets">What is to be reached.</param>
internal sealed record Workload(string Name, string Title, string? Processors, IReadOnlyList<Contestant> Contestants, params IReadOnlyList<Target> Targets);

/// <summary>A contestant's processor time is to be at most so many times that of another one.</summary>
internal sealed record Target(string Contestant, string Other, double Ratio);
