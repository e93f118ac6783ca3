using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace LinuxEvents.Tests;

/// <summary>
/// How long a stress test is: 10,000 rounds in a test. In a soak as many as LINUXEVENTS_SOAK_ROUNDS says, in at most LINUXEVENTS_SOAK_SECONDS
/// each, under a compacting garbage collection that goes on and on; then it prints what was run, and what is there more than before.
/// </summary>
internal static class Rounds
{
    /// <summary>The rounds of a race in a test.</summary>
    public const int InTest = 10_000;

    private const long AllowedGrowth = 4 << 20;

    private static readonly int s_soak = Number("LINUXEVENTS_SOAK_ROUNDS", 0);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(Number("LINUXEVENTS_SOAK_SECONDS", 120));

    static Rounds()
    {
        if (s_soak > 0)
            new Thread(Compact) { IsBackground = true, Name = "compacting" }.Start();
    }

    /// <summary>The rounds of a test.</summary>
    /// <param name="share">Expensive rounds: one in so many.</param>
    /// <param name="name">Given by the compiler.</param>
    public static IEnumerable<int> Of(int share = 1, [CallerMemberName] string name = "")
    {
        if (s_soak == 0)
        {
            for (int i = 0; i < InTest / share; i++)
                yield return i;
            yield break;
        }

        // What is made once, by the first rounds, is no leak.
        int warm = Math.Min(InTest, s_soak) / share, round = 0;
        for (; round < warm; round++)
            yield return round;
        int descriptors = Descriptors.Count();
        long memory = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        for (; round < s_soak / share && Stopwatch.GetElapsedTime(start) < s_limit; round++)
            yield return round;
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        // The garbage collector reads files of the kernel, while this looks: what is closed again is no leak.
        int opened;
        for (int look = 0; (opened = Descriptors.Count() - descriptors) > 0 && look < 1000; look++)
            Thread.Sleep(1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {round} rounds in {took.TotalSeconds:F1} s, {opened:+0;-0;0} descriptors, {grown / 1024:+0;-0;0} KiB"));
        Assert.True(opened <= 0, $"left open: {opened} descriptors");
        Assert.True(grown < AllowedGrowth, $"kept: {grown} bytes");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    private static void Compact()
    {
        while (true)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            Thread.Sleep(50);
        }
    }
}
