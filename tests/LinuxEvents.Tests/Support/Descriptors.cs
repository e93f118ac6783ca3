namespace LinuxEvents.Tests;

/// <summary>Counts what a test must not leak.</summary>
internal static class Descriptors
{
    /// <summary>How many this process may open.</summary>
    public static int Limit { get; } = int.TryParse(
        File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3],
        out int limit) ? limit : int.MaxValue;

    /// <summary>The number of descriptors that are open in this process.</summary>
    public static int Count() => Open().Count;

    /// <summary>Each open descriptor and what it is: "7 anon_inode:[eventfd]". Without the assemblies that the runtime happens to load.</summary>
    public static List<string> Open()
    {
        var open = new List<string>();
        foreach (FileInfo descriptor in new DirectoryInfo("/proc/self/fd").EnumerateFiles())
        {
            if (descriptor.LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal))
                open.Add($"{descriptor.Name} {target}");
        }

        return open;
    }

    /// <summary>Runs a test and checks that it leaves no more descriptors than it found. The first round warms up what opens some for good.</summary>
    /// <remarks>
    /// The runtime opens some at any moment: a pipe for each thread that unwinds its stack for the first time, by which libunwind tries
    /// whether memory can be read. So the test has a second chance; what it leaves itself it leaves again.
    /// </remarks>
    public static void StayAsTheyWere(Action test)
    {
        test();
        List<string> left = Left(test);
        if (left.Count > 0)
            left = Left(test);
        Assert.True(left.Count == 0, $"left open: {string.Join(", ", left)}");
    }

    /// <summary>What earlier tests dropped without closing would be closed at any moment: closes it, for who counts on each number that is free or taken.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static List<string> Left(Action test)
    {
        Settle();
        List<string> before = Open();
        test();
        List<string> after = Open();
        return after.Count <= before.Count ? [] : [.. after.Except(before)];
    }
}
