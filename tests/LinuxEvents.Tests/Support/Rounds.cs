namespace LinuxEvents.Tests;

/// <summary>How long a stress test is.</summary>
internal static class Rounds
{
    /// <summary>The rounds of a race in a test.</summary>
    public const int InTest = 10_000;
}
