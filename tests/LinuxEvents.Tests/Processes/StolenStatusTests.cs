namespace LinuxEvents.Tests;

/// <summary>
/// Where somebody reaps every child of this process: .NET as process 1, and the kernel where SIGCHLD is ignored at the start. Tests of other classes,
/// run once more in a program of that kind.
/// </summary>
public sealed class StolenStatusTests
{
    [Fact]
    public void As_process_1() => Run(
        ["unshare", "--fork", "--pid", "--kill-child", "--mount-proc"],
        nameof(ManyChildrenTests.A_hundred_at_once_have_each_its_status_and_no_thread),
        nameof(ManyChildrenTests.Children_of_Process_and_ours_do_not_take_from_each_other));

    /// <summary>Without Process, which hangs there by itself.</summary>
    [Fact]
    public void With_SIGCHLD_ignored() => Run(
        ["env", "--ignore-signal=CHLD"],
        nameof(ManyChildrenTests.A_hundred_at_once_have_each_its_status_and_no_thread),
        nameof(ManyChildrenTests.One_after_the_other));

    private static void Run(string[] within, params string[] methods)
    {
        (ExitStatus status, string output) = Run([.. within, "true"]);
        if (status.ExitCode != 0)
            Assert.Skip($"{string.Join(' ', within)} {status}: {output.Trim()}");
        if (!ProcessSupport.HasExitInfo)
            Assert.Skip("The kernel keeps no exit information (Linux 6.15), so these statuses are unknown.");

        string host = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        string[] filter = [.. methods.SelectMany(method => new[] { "-method", $"{typeof(ManyChildrenTests).FullName}.{method}" })];
        (status, output) = Run([.. within, host, "exec", typeof(StolenStatusTests).Assembly.Location, "-noLogo", "-noColor", .. filter]);
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
