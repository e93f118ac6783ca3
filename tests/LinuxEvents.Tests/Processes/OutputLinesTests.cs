namespace LinuxEvents.Tests;

/// <summary>A child's output, line by line.</summary>
public sealed class OutputLinesTests
{
    private static async Task<List<string>> Lines(string script, int limit = 1 << 20)
    {
        SpawnOptions options = TestChild.Shell(script);
        options.StandardOutput = ChildStdio.Pipe;
        using ChildProcess child = ChildProcess.Spawn(options);
        var lines = new List<string>();
        await foreach (string line in child.ReadOutputLinesAsync(limit))
            lines.Add(line);
        Assert.Equal(0, (await child.Completion).ExitCode);
        return lines;
    }

    [Fact]
    public async Task Line_feeds_end_lines_and_nothing_else_does()
    {
        Assert.Equal(["one", "", "two\r", " \u00e4\u20ac"], await Lines(@"printf 'one\n\ntwo\r\n \303\244\342\202\254'"));
        Assert.Equal([], await Lines("true"));
        Assert.Equal([""], await Lines("echo"));
        Assert.Equal(["\ufffd"], await Lines(@"printf '\377\n'"));
    }

    [Fact]
    public async Task A_long_line_comes_in_parts_cut_between_characters()
    {
        // 15 bytes fit before the character that has three.
        Assert.Equal(["12345678901234", "\u20acx", "y"], await Lines(@"printf '12345678901234\342\202\254x\ny\n'", 16));
        Assert.Equal(["1234567890123456", "y"], await Lines(@"printf '1234567890123456\ny\n'", 16));
        Assert.Equal(["1234567890123456", "7"], await Lines(@"printf '12345678901234567'", 16));
        List<string> parts = await Lines("head -c 1000000 /dev/zero", 1000);
        Assert.Equal(1000, parts.Count);
        Assert.All(parts, part => Assert.Equal(1000, part.Length));
    }

    [Fact]
    public async Task A_million_lines_go_through_a_child_and_none_is_lost()
    {
        const int Count = 1_000_000;
        using Selector selector = Selector.Start();
        var options = new SpawnOptions("cat") { StandardInput = ChildStdio.Pipe, StandardOutput = ChildStdio.Pipe };
        await using ChildProcess child = ChildProcess.Spawn(options, selector);
        Task sending = Task.Run(async () =>
        {
            await using var writer = new StreamWriter(child.StandardInput!, bufferSize: 32 * 1024);
            for (int i = 0; i < Count; i++)
                await writer.WriteAsync($"line {i}\n");
        });
        int next = 0;
        await foreach (string line in child.ReadOutputLinesAsync())
        {
            if (line != $"line {next++}")
                Assert.Fail($"Line {next - 1} is '{line}'.");
        }

        await sending;
        Assert.Equal(Count, next);
        Assert.Equal(0, (await child.Completion).ExitCode);
    }

    [Fact]
    public async Task While_nobody_asks_the_child_waits_and_after_its_end_all_is_there()
    {
        // As much as the pipe holds, so that the child can end; read after the grace.
        SpawnOptions options = TestChild.Shell("yes | head -c 60000");
        options.StandardOutput = ChildStdio.Pipe;
        options.DrainGrace = TimeSpan.FromMilliseconds(1);
        using ChildProcess child = ChildProcess.Spawn(options);
        await child.Completion;
        int count = 0;
        await foreach (string line in child.ReadOutputLinesAsync())
            count += line == "y" ? 1 : 0;
        Assert.Equal(30000, count);

        // More than that: the child can't end before somebody reads.
        options = TestChild.Shell("seq 200000");
        options.StandardOutput = ChildStdio.Pipe;
        using ChildProcess slow = ChildProcess.Spawn(options);
        await using IAsyncEnumerator<string> lines = slow.ReadOutputLinesAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("1", lines.Current);
        Until.True(() => ProcFs.State(slow.Id) == 'S', "the child's sleep in its write");
        Assert.False(slow.HasExited);
        for (count = 1; await lines.MoveNextAsync(); count++)
        {
        }

        Assert.Equal(200000, count);
        Assert.Equal(0, (await slow.WaitForExitAsync(TestContext.Current.CancellationToken)).ExitCode);
    }

    [Fact]
    public async Task Both_outputs_are_read_side_by_side()
    {
        SpawnOptions options = TestChild.Shell("for i in 1 2 3; do echo out $i; echo err $i >&2; done");
        options.StandardOutput = options.StandardError = ChildStdio.Pipe;
        using ChildProcess child = ChildProcess.Spawn(options);
        async Task<List<string>> Read(IAsyncEnumerable<string> lines)
        {
            var list = new List<string>();
            await foreach (string line in lines)
                list.Add(line);
            return list;
        }

        List<string>[] both = await Task.WhenAll(Read(child.ReadOutputLinesAsync()), Read(child.ReadErrorLinesAsync()));
        Assert.Equal(["out 1", "out 2", "out 3"], both[0]);
        Assert.Equal(["err 1", "err 2", "err 3"], both[1]);
    }

    [Fact]
    public async Task Cancelling_ends_the_enumeration_and_leaves_the_child()
    {
        SpawnOptions options = TestChild.Shell("echo first; read end");
        options.StandardInput = options.StandardOutput = ChildStdio.Pipe;
        using ChildProcess child = ChildProcess.Spawn(options);
        using var cancellation = new CancellationTokenSource();
        await using IAsyncEnumerator<string> lines = child.ReadOutputLinesAsync(cancellationToken: cancellation.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await lines.MoveNextAsync());
        ValueTask<bool> next = lines.MoveNextAsync();
        Assert.False(next.IsCompleted);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.False(child.HasExited);
        child.StandardInput!.Dispose();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_is_no_pipe_has_no_lines()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        Assert.Throws<InvalidOperationException>(() => child.ReadOutputLinesAsync());
        Assert.Throws<InvalidOperationException>(() => child.ReadErrorLinesAsync());
        child.StandardInput!.Dispose();
        SpawnOptions options = new("true") { StandardOutput = ChildStdio.Pipe };
        using ChildProcess other = ChildProcess.Spawn(options);
        Assert.Throws<ArgumentOutOfRangeException>("maxLineBytes", () => other.ReadOutputLinesAsync(15));
    }
}
