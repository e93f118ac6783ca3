namespace LinuxEvents.Tests;

/// <summary>Runs tests once more, in a process of another kind.</summary>
internal static class Rerun
{
    private const string Mark = "LINUXEVENTS_TESTS_RERUN";

    /// <summary>Whether this process was started by <see cref="Tests"/>.</summary>
    public static bool IsOne => Environment.GetEnvironmentVariable(Mark) is not null;

    /// <summary>Switches features off there, beside those that are off here.</summary>
    public static string[] Without(string features) =>
        ["env", $"LINUXEVENTS_DISABLE={Environment.GetEnvironmentVariable("LINUXEVENTS_DISABLE")},{features}"];

    /// <summary>Runs tests and checks that they pass, or skips the calling one where there can be no such process.</summary>
    /// <param name="within">The command that makes the process what it is, with its arguments.</param>
    /// <param name="type">The tests' class.</param>
    /// <param name="methods">Their names.</param>
    public static void Tests(string[] within, Type type, params string[] methods)
    {
        Assert.True(Environment.GetEnvironmentVariable(Mark) is null, $"This process should have been of the kind already: {ProcessSupport.Reason}.");
        (ExitStatus status, string output) = Run([.. within, "true"]);
        if (status.ExitCode != 0)
            Assert.Skip($"{string.Join(' ', within)} {status}: {output.Trim()}");

        string host = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        string[] filter = [.. methods.SelectMany(method => new[] { "-method", $"{type.FullName}.{method}" })];
        (status, output) = Run(["env", $"{Mark}=1", .. within, host, "exec", type.Assembly.Location, "-noLogo", "-noColor", .. filter]);
        Assert.True(status.ExitCode == 0, $"It {status}:\n{output}");
        Assert.Contains($"Total: {methods.Length}, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }

    private static (ExitStatus Status, string Output) Run(string[] command)
    {
        var options = new SpawnOptions(command[0], command[1..]) { StandardInput = ChildStdio.Null, StandardOutput = ChildStdio.Pipe, StandardError = ChildStdio.Pipe };
        using ChildProcess child = ChildProcess.Spawn(options);
        using StreamReader output = new(child.StandardOutput!), error = new(child.StandardError!);
        Task<string> errors = error.ReadToEndAsync();
        string text = output.ReadToEnd() + errors.Result;
        return (child.WaitForExit(), text);
    }
}
