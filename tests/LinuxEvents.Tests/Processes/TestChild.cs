namespace LinuxEvents.Tests;

/// <summary>Children that tests like to have.</summary>
internal static class TestChild
{
    public static SpawnOptions Shell(string script, params string[] arguments) => new("/bin/sh", ["-c", script, "sh", .. arguments]);

    /// <summary>Lives until its input ends, or a signal ends it.</summary>
    public static SpawnOptions Idle => new("cat") { StandardInput = ChildStdio.Pipe, StandardOutput = ChildStdio.Null };

    /// <summary>Runs a child to its end and gives back what it wrote.</summary>
    public static string Output(SpawnOptions options)
    {
        options.StandardOutput = ChildStdio.Pipe;
        using ChildProcess child = ChildProcess.Spawn(options);
        using var reader = new StreamReader(child.StandardOutput!);
        string output = reader.ReadToEnd();
        Assert.Equal(0, child.WaitForExit().ExitCode);
        return output;
    }

    /// <summary>Skips a test that is about pidfds and zombies of this process.</summary>
    public static void NeedsOwn() => Assert.SkipWhen(
        ProcessSupport.Mechanism == ProcessMechanism.Reaper, $"Children are the reaper's: {ProcessSupport.Reason}.");

    /// <summary>
    /// Runs a test and checks that it leaves neither a child nor a descriptor: soon, for the loop of another thread may still be at it. The first
    /// round warms up what opens some for good.
    /// </summary>
    public static void LeavesNothing(Action test)
    {
        List<int> children = ProcFs.Children();
        void Run()
        {
            test();
            Until.True(() => !ProcFs.Children().Except(children).Any(), "the end of all children");
        }

        Run();
        List<string> before = Descriptors.Open();
        Run();
        Until.True(() => Descriptors.Open().Count <= before.Count, () => $"the close of {string.Join(", ", Descriptors.Open().Except(before))}");
    }
}
