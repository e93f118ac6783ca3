using System.CommandLine;

namespace LinuxEvents.Watchdog;

/// <summary>A command whose help says more than its options.</summary>
internal sealed class SubCommand(string name, string description) : Command(name, description)
{
    /// <summary>How it is called.</summary>
    public required string Usage { get; init; }

    /// <summary>What one should know besides.</summary>
    public required string Notes { get; init; }
}
