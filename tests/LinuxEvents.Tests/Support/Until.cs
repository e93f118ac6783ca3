namespace LinuxEvents.Tests;

/// <summary>Waits for what nobody reports.</summary>
internal static class Until
{
    /// <summary>Looks until the condition holds; a hang becomes a failure.</summary>
    public static void True(Func<bool> condition, string what)
    {
        long giveUp = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < giveUp, $"Never came: {what}");
            Thread.Sleep(1);
        }
    }
}
