namespace LinuxEvents.Tests;

/// <summary>The end of a child together with that of its output.</summary>
public sealed class ChildCompletionTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(20);

    /// <summary>Leaves its output to a grandchild, which lives until the pipe it reads from ends.</summary>
    private static SpawnOptions LeavesOutputOpen(AnonymousPipe life) => new("/bin/sh", "-c", "echo written; cat <&3 & exit 4")
    {
        StandardOutput = ChildStdio.Pipe,
        StandardError = ChildStdio.Null,
        Descriptors = { [3] = life.Reader },
    };

    [Fact]
    public async Task It_completes_when_the_child_has_ended_and_its_output_was_read()
    {
        SpawnOptions options = TestChild.Shell("echo out; echo err >&2; exit 3");
        options.StandardOutput = options.StandardError = ChildStdio.Pipe;
        options.DrainGrace = Timeout.InfiniteTimeSpan;
        using ChildProcess child = ChildProcess.Spawn(options);
        Task<ExitStatus> completed = child.Completion;
        Assert.Same(completed, child.Completion);
        await child.WaitForExitAsync();
        using StreamReader output = new(child.StandardOutput!), error = new(child.StandardError!);
        Assert.Equal("out\n", await output.ReadToEndAsync());
        Assert.False(completed.IsCompleted, "standard error was not read yet");
        Assert.Equal("err\n", await error.ReadToEndAsync());
        Assert.Equal(3, (await completed).ExitCode);
    }

    [Fact]
    public async Task Without_pipes_and_after_closing_them_there_is_no_output_to_wait_for()
    {
        using ChildProcess plain = ChildProcess.Spawn(new SpawnOptions("true") { DrainGrace = Timeout.InfiniteTimeSpan });
        Assert.Equal(0, (await plain.Completion).ExitCode);

        using var life = new AnonymousPipe();
        SpawnOptions options = LeavesOutputOpen(life);
        options.DrainGrace = Timeout.InfiniteTimeSpan;
        ChildProcess child = ChildProcess.Spawn(options);
        Assert.Equal(4, (await child.WaitForExitAsync()).ExitCode);
        Assert.False(child.Completion.IsCompleted);
        child.Dispose();
        Assert.Equal(4, (await child.Completion).ExitCode);
    }

    /// <summary>Checklist 62.</summary>
    [Fact] // CHECKLIST 62
    public async Task A_grandchild_that_keeps_the_output_open_hangs_nobody()
    {
        using var life = new AnonymousPipe();
        SpawnOptions options = LeavesOutputOpen(life);
        options.DrainGrace = s_soon;
        using (ChildProcess child = ChildProcess.Spawn(options))
            Assert.Equal(4, (await child.Completion).ExitCode);

        using (ChildProcess child = ChildProcess.Spawn(options))
        {
            var lines = new List<string>();
            await foreach (string line in child.ReadOutputLinesAsync())
                lines.Add(line);
            Assert.Equal(["written"], lines);
        }

        CompletedProcess run = await ChildProcess.RunAndCaptureAsync(options);
        Assert.Equal((4, "written\n", false), (run.ExitStatus.ExitCode, run.StandardOutput.Text, run.StandardOutput.IsComplete));
    }

    [Fact]
    public async Task The_selectors_end_is_told()
    {
        var selector = Selector.Start();
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, selector);
        Task<ExitStatus> completed = child.Completion;
        selector.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => completed);
        Assert.True(child.Signal(LinuxSignal.SIGKILL));
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
    }
}
