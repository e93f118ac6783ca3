namespace LinuxEvents.Tests;

/// <summary>Waits for what nobody reports.</summary>
internal static class Until
{
    /// <summary>So many milliseconds are enough for anything, on any machine.</summary>
    public const int Patience = 120_000;

    /// <summary>Looks until the condition holds; a hang becomes a failure.</summary>
    public static void True(Func<bool> condition, string what) => True(condition, () => what);

    public static void True(Func<bool> condition, Func<string> what)
    {
        long giveUp = Environment.TickCount64 + Patience;
        while (!condition())
        {
            if (Environment.TickCount64 > giveUp)
                Assert.Fail($"Never came: {what()}");
            Thread.Sleep(1);
        }
    }
}
