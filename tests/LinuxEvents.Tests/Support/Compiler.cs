namespace LinuxEvents.Tests;

/// <summary>The runtime's compiler.</summary>
internal static class Compiler
{
    /// <summary>
    /// Gives it the time for what was called often, which it takes when for 100 ms nothing was called for the first time. Until then code
    /// allocates what it later does not: a box for each enumeration that is asked for a flag, say.
    /// </summary>
    public static void Rest() => Thread.Sleep(200);
}
