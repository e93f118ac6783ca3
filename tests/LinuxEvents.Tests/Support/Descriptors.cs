namespace LinuxEvents.Tests;

/// <summary>Counts what a test must not leak.</summary>
internal static class Descriptors
{
    /// <summary>The descriptors that are open in this process.</summary>
    public static int Count() => Directory.GetFiles("/proc/self/fd").Length;

    /// <summary>Runs a test and checks that it leaves as many descriptors as it found. The first round warms up what opens some for good.</summary>
    public static void StayAsTheyWere(Action test)
    {
        test();
        int before = Count();
        test();
        Assert.Equal(before, Count());
    }
}
