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

    /// <summary>Runs a test and checks that it leaves neither a descriptor nor a child.</summary>
    public static void LeavesNothing(Action test)
    {
        List<int> before = ProcFs.Children();
        Descriptors.StayAsTheyWere(() =>
        {
            test();
            Until.True(() => !ProcFs.Children().Except(before).Any(), "the end of all children");
        });
    }
}
