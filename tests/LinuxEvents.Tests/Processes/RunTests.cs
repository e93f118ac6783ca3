using System.Text;

namespace LinuxEvents.Tests;

/// <summary>A program's whole run in one call.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Status_and_both_outputs_come_back()
    {
        CompletedProcess run = await ChildProcess.RunAndCaptureAsync(TestChild.Shell("echo out; echo err >&2; exit 3"));
        Assert.Equal((3, "out\n", "err\n"), (run.ExitStatus.ExitCode, run.StandardOutput.Text, run.StandardError.ToString()));
        Assert.True(run.StandardOutput.IsComplete && run.StandardError.IsComplete);
        Assert.False(run.StandardOutput.IsTruncated || run.StandardError.IsTruncated);
        Assert.Equal($"process {run.ProcessId} exited with code 3", run.ToString());
    }

    /// <summary>Checklist 61.</summary>
    [Fact] // CHECKLIST 61
    public void Megabytes_go_in_and_come_out_twice_without_a_deadlock() => TestChild.LeavesNothing(() =>
    {
        byte[] input = new byte[8 << 20];
        new Random(5).NextBytes(input);
        using var selector = new Selector();
        CompletedProcess run = selector.RunUntilComplete(() => ChildProcess.RunAndCaptureAsync(
            TestChild.Shell("tee /dev/stderr"), new RunOptions { Input = input }, selector));
        Assert.Equal(0, run.ExitStatus.ExitCode);
        Assert.True(run.StandardOutput.Bytes.Span.SequenceEqual(input));
        Assert.True(run.StandardError.Bytes.Span.SequenceEqual(input));
    });

    /// <summary>Checklist 61.</summary>
    [Fact]
    public async Task An_input_that_is_not_read_to_its_end_is_no_error()
    {
        var run = new RunOptions { Input = new byte[1 << 20] };
        CompletedProcess early = await ChildProcess.RunAndCaptureAsync(TestChild.Shell("exec <&-; echo closed; sleep 0.01"), run);
        Assert.Equal((0, "closed\n"), (early.ExitStatus.ExitCode, early.StandardOutput.Text));
        Assert.Equal(5, (await ChildProcess.RunAndCaptureAsync(TestChild.Shell("exit 5"), run)).ExitStatus.ExitCode);

        // Somebody else has it and does not read.
        using var life = new AnonymousPipe();
        SpawnOptions options = TestChild.Shell("exec 5<&0; cat <&3 >/dev/null 2>&1 & exit 6");
        options.Descriptors[3] = life.Reader;
        options.DrainGrace = TimeSpan.FromMilliseconds(20);
        Assert.Equal(6, (await ChildProcess.RunAndCaptureAsync(options, run)).ExitStatus.ExitCode);
    }

    [Fact]
    public async Task An_empty_input_is_the_end_at_once()
    {
        CompletedProcess run = await ChildProcess.RunAndCaptureAsync(new SpawnOptions("wc", "-c"), new RunOptions { Input = default(ReadOnlyMemory<byte>) });
        Assert.Equal("0", run.StandardOutput.Text.Trim());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(999_999)]
    public async Task What_is_beyond_the_limit_is_read_and_dropped(int limit)
    {
        CompletedProcess run = await ChildProcess.RunAndCaptureAsync(
            TestChild.Shell("head -c 1000000 /dev/zero; echo small >&2"), new RunOptions { OutputLimit = limit });
        Assert.Equal(0, run.ExitStatus.ExitCode);
        Assert.Equal((limit, true), (run.StandardOutput.Bytes.Length, run.StandardOutput.IsTruncated));
        Assert.Equal(limit < 6, run.StandardError.IsTruncated);
    }

    [Fact]
    public async Task What_just_fits_is_not_truncated()
    {
        CompletedProcess run = await ChildProcess.RunAndCaptureAsync(TestChild.Shell("echo 123"), new RunOptions { OutputLimit = 4 });
        Assert.Equal(("123\n", false), (run.StandardOutput.Text, run.StandardOutput.IsTruncated));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RunOptions { OutputLimit = -1 });
    }

    [Fact]
    public async Task What_leads_elsewhere_is_left_and_the_options_are_not_changed()
    {
        SpawnOptions options = TestChild.Shell("echo out; echo err >&2");
        options.StandardError = ChildStdio.Null;
        CompletedProcess run = await ChildProcess.RunAndCaptureAsync(options, new RunOptions { Input = Encoding.UTF8.GetBytes("x") });
        Assert.Equal(("out\n", 0), (run.StandardOutput.Text, run.StandardError.Bytes.Length));
        Assert.Equal((ChildStdio.Inherit, ChildStdio.Inherit, ChildStdio.Null), (options.StandardInput, options.StandardOutput, options.StandardError));
    }

    [Fact]
    public async Task A_program_that_does_not_start_is_an_error_of_the_task()
    {
        Task<CompletedProcess> run = ChildProcess.RunAndCaptureAsync(new SpawnOptions("/nonexistent/program"));
        Assert.Equal("execve", (await Assert.ThrowsAsync<LinuxEventsException>(() => run)).Call);
    }

    /// <summary>The child tells its number by what it inherits beside its output, which is captured.</summary>
    [Theory]
    [InlineData(DisposeAction.Kill)]
    [InlineData(DisposeAction.Terminate)]
    [InlineData(DisposeAction.Leave)]
    public void Cancelling_kills_terminates_or_leaves(DisposeAction action) => TestChild.LeavesNothing(() =>
    {
        using var pipe = new AnonymousPipe();
        using FdStream told = pipe.OpenReader();
        using var lines = new StreamReader(told);
        SpawnOptions options = TestChild.Shell(
            "trap 'echo asked >&3; exit' TERM; trap '' PIPE; exec 4<&0; sh -c 'read end' <&4 >/dev/null 2>&1 3>&- & echo $$ >&3; wait; echo left >&3");
        options.Descriptors[3] = pipe.Writer;
        using var cancellation = new CancellationTokenSource();

        // Its input is a pipe of ours, so that it ends when it is left.
        using var input = new AnonymousPipe();
        options.StandardInput = ChildStdio.FromHandle(input.Reader);
        Task<CompletedProcess> run = ChildProcess.RunAndCaptureAsync(options, new RunOptions { OnCancel = action }, null, cancellation.Token);
        pipe.Writer.Dispose();
        int id = int.Parse(lines.ReadLine()!);
        cancellation.Cancel();
        var error = Assert.ThrowsAny<OperationCanceledException>(() => run.GetAwaiter().GetResult());
        Assert.Equal(cancellation.Token, error.CancellationToken);
        if (action == DisposeAction.Leave)
        {
            Assert.False(ProcFs.HasEnded(id));
            input.Reader.Dispose();
            input.Writer.Dispose();
        }

        string expected = action switch
        {
            DisposeAction.Kill => "",
            DisposeAction.Terminate => "asked\n",
            _ => "left\n",
        };
        Assert.Equal(expected, lines.ReadToEnd());
        Until.True(() => ProcFs.State(id) is null, "the reap");
    });

    [Fact]
    public async Task Cancelled_before_it_starts_nothing()
    {
        var run = ChildProcess.RunAndCaptureAsync(new SpawnOptions("/nonexistent/program"), null, null, new CancellationToken(true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public void A_hundred_at_once_leave_nothing() => TestChild.LeavesNothing(() =>
    {
        using var selector = new Selector();
        CompletedProcess[] runs = selector.RunUntilComplete(() => Task.WhenAll(Enumerable.Range(0, 100).Select(
            number => ChildProcess.RunAndCaptureAsync(TestChild.Shell($"echo {number}; exit {number}"), null, selector))));
        for (int i = 0; i < 100; i++)
            Assert.Equal((i, $"{i}\n"), (runs[i].ExitStatus.ExitCode, runs[i].StandardOutput.Text));
    });
}
