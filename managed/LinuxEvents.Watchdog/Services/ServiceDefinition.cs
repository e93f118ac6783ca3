namespace LinuxEvents.Watchdog;

/// <summary>What is to be run, and how: one service of a file, or the one command of <c>run</c>. Compares by content.</summary>
internal sealed record ServiceDefinition(string Name, IReadOnlyList<string> Command)
{
    /// <summary>Null for the watchdog's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What differs from the watchdog's environment; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public RestartSettings Restart { get; init; } = RestartSettings.Default;

    public StopSettings Stop { get; init; } = StopSettings.Default;

    /// <summary>How long after its process's end a run goes on for the processes that it left in its group, and for its output.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether it reads the watchdog's standard input; else it reads nothing.</summary>
    public bool InheritsInput { get; init; }

    public bool Equals(ServiceDefinition? other) =>
        other is not null
        && Name == other.Name
        && Command.SequenceEqual(other.Command)
        && WorkingDirectory == other.WorkingDirectory
        && Environment.Count == other.Environment.Count
        && Environment.All(pair => other.Environment.TryGetValue(pair.Key, out string? value) && value == pair.Value)
        && Restart == other.Restart
        && Stop == other.Stop
        && Drain == other.Drain
        && InheritsInput == other.InheritsInput;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
