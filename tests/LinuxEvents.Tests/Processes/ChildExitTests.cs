using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>The end of a child: who gets to know, and who reaps.</summary>
public sealed class ChildExitTests : IDisposable
{
    private readonly Selector _selector = new();

    public void Dispose() => _selector.Dispose();

    [Theory] // CHECKLIST 44
    [InlineData(0)]
    [InlineData(42)]
    [InlineData(255)]
    public void The_exit_code_is_told(int code)
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Shell($"exit {code}"));
        Assert.Equal(code, child.WaitForExit().ExitCode);
        Assert.Equal(code, child.ExitStatus!.Value.ExitCode);
    }

    [Theory] // CHECKLIST 45
    [InlineData(LinuxSignal.SIGKILL)]
    [InlineData(LinuxSignal.SIGTERM)]
    [InlineData(LinuxSignal.SIGSEGV)]
    public void The_signal_that_ended_it_is_told(LinuxSignal signal)
    {
        // Without a core dump: whether there is one depends on the machine.
        using ChildProcess child = ChildProcess.Spawn(TestChild.Shell($"ulimit -c 0; kill -{(int)signal} $$"));
        ExitStatus status = child.WaitForExit();
        Assert.Equal((signal, null, false), (status.Signal, status.ExitCode, status.CoreDumped));
    }

    /// <summary>CHECKLIST 45: set where the kernel has made a dump, and not where the limit forbade it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_core_dump_is_told(bool dump)
    {
        const string Pattern = "/proc/sys/kernel/core_pattern";
        string pattern = File.Exists(Pattern) ? File.ReadAllText(Pattern) : "|";
        Assert.SkipWhen(pattern[0] is '|' or '/', $"Core dumps are not made in the working directory here: {pattern}");
        string directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            SpawnOptions options = TestChild.Shell("kill -SEGV $$");
            options.WorkingDirectory = directory;
            options.ResourceLimits[ResourceKind.CoreSize] = new ResourceLimit(dump ? 1UL << 26 : 0);
            ChildProcess child;
            try
            {
                child = ChildProcess.Spawn(options);
            }
            catch (LinuxEventsException refused) when (refused is { Call: "setrlimit", Errno: Errno.EPERM })
            {
                Assert.Skip($"No core dump is allowed here: {refused.Message}");
                return;
            }

            using (child)
            {
                ExitStatus status = child.WaitForExit();
                Assert.Equal((LinuxSignal.SIGSEGV, dump), (status.Signal, status.CoreDumped));
                Assert.Equal(dump, Directory.EnumerateFiles(directory).Any());
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Usage_is_told()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"));
        ExitStatus status = child.WaitForExit();
        Assert.True(status.HasUsage);
        Assert.True(status.UserTime + status.SystemTime > TimeSpan.Zero);
        Assert.InRange(status.PeakMemory, 100_000, 1L << 30);
    }

    [Fact] // CHECKLIST 41
    public void It_has_ended_before_the_wait_starts()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Shell("exit 3"), _selector);
        Until.True(() => ProcFs.HasEnded(child.Id), "the end");
        _selector.RunUntilComplete(async () => Assert.Equal(3, (await child.WaitForExitAsync()).ExitCode));
        Assert.Null(ProcFs.State(child.Id));
    }

    [Fact] // CHECKLIST 42
    public void It_ends_during_the_wait_which_continues_where_it_began()
    {
        using Selector selector = Selector.Start();
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, selector);
        using var waiting = new ManualResetEventSlim();
        Task<bool> onLoop = selector.InvokeAsync(async () =>
        {
            ValueTask<ExitStatus> wait = child.WaitForExitAsync();
            Assert.False(wait.IsCompleted);
            waiting.Set();
            Assert.Equal(0, (await wait).ExitCode);
            return selector.IsLoopThread;
        });
        async Task<bool> Elsewhere()
        {
            Assert.Equal(0, (await child.WaitForExitAsync()).ExitCode);
            return selector.IsLoopThread;
        }

        waiting.Wait();
        Task<bool> elsewhere = Elsewhere();
        Assert.False(child.HasExited);
        Assert.Null(child.ExitStatus);
        child.StandardInput!.Dispose();
        Assert.True(onLoop.Result);
        Assert.False(elsewhere.Result);
        Assert.True(child.HasExited);
    }

    [Fact] // CHECKLIST 46
    public void All_who_wait_get_the_status_and_later_ones_at_once()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, _selector);
        _selector.RunUntilComplete(async () =>
        {
            Task<ExitStatus>[] waits = [.. Enumerable.Range(0, 10).Select(_ => child.WaitForExitAsync().AsTask())];
            Assert.True(child.Signal(LinuxSignal.SIGTERM));
            Assert.All(await Task.WhenAll(waits), status => Assert.Equal(LinuxSignal.SIGTERM, status.Signal));
            ValueTask<ExitStatus> later = child.WaitForExitAsync();
            Assert.True(later.IsCompletedSuccessfully);
            Assert.Equal(waits[0].Result, later.Result);
            Assert.Equal(waits[0].Result, child.WaitForExit());
        });
    }

    [Fact] // CHECKLIST 47
    public void Cancelling_a_wait_leaves_the_child_and_the_other_waits()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, _selector);
        using var cancellation = new CancellationTokenSource();
        _selector.RunUntilComplete(async () =>
        {
            Task<ExitStatus> cancelled = child.WaitForExitAsync(cancellation.Token).AsTask();
            Task<ExitStatus> other = child.WaitForExitAsync().AsTask();
            cancellation.Cancel();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.Equal(cancellation.Token, error.CancellationToken);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => child.WaitForExitAsync(cancellation.Token).AsTask());
            Assert.False(other.IsCompleted);
            Assert.False(child.HasExited);
            child.StandardInput!.Dispose();
            Assert.Equal(0, (await other).ExitCode);
            Assert.Equal(0, (await child.WaitForExitAsync(cancellation.Token)).ExitCode);
        });
        Assert.Null(ProcFs.State(child.Id));
    }

    [Fact] // CHECKLIST 48
    public void Nobody_awaits_and_it_is_reaped()
    {
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true"));
        Until.True(() => ProcFs.State(child.Id) is null, "the reap");
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact] // CHECKLIST 48
    public void Disposed_while_it_runs_it_lives_on_and_is_reaped() => TestChild.LeavesNothing(() =>
    {
        ChildProcess child = ChildProcess.Spawn(new SpawnOptions("sleep", "1000"));
        child.Dispose();
        child.Dispose();
        Assert.NotNull(ProcFs.State(child.Id));
        Assert.False(child.HasExited);
        Assert.True(child.Signal(LinuxSignal.SIGKILL));
        Until.True(() => ProcFs.State(child.Id) is null, "the reap");
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
        Assert.False(child.Signal(LinuxSignal.SIGKILL));
        // The loop lets go of it last, some moments after the reap.
        if (ProcessSupport.Mechanism == ProcessMechanism.Direct)
            Until.True(() => child.PidFd.IsClosed, "the pidfd's close");
    });

    [Fact]
    public void Blocking_waits_need_no_loop()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, _selector);
        Assert.False(child.TryWaitForExit(TimeSpan.Zero, out ExitStatus status));
        Assert.False(child.TryWaitForExit(TimeSpan.FromMilliseconds(1), out status));
        Assert.False(status.IsKnown);
        Assert.Throws<ArgumentOutOfRangeException>(() => child.TryWaitForExit(TimeSpan.FromSeconds(-1), out _));
        var other = new Thread(() => child.StandardInput!.Dispose());
        other.Start();
        Assert.True(child.TryWaitForExit(TimeSpan.FromMinutes(1), out status));
        other.Join();
        Assert.Equal(0, status.ExitCode);
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact] // CHECKLIST 46
    public void Waits_on_threads_and_on_the_loop_race_for_the_reap_and_all_get_it() => TestChild.LeavesNothing(() =>
    {
        for (int round = 0; round < 100; round++)
        {
            using ChildProcess child = ChildProcess.Spawn(TestChild.Shell($"exit {round}"));
            using var start = new Barrier(3);
            var results = new ExitStatus[3];
            var threads = new Thread[2];
            for (int i = 0; i < 2; i++)
            {
                int index = i;
                threads[i] = new Thread(() =>
                {
                    start.SignalAndWait();
                    results[index] = child.WaitForExit();
                });
                threads[i].Start();
            }

            start.SignalAndWait();
            results[2] = child.WaitForExitAsync().AsTask().Result;
            Array.ForEach(threads, thread => thread.Join());
            Assert.All(results, status => Assert.Equal(round, status.ExitCode));
        }
    });

    [Fact] // CHECKLIST 49
    public unsafe void A_child_that_somebody_else_reaped_has_the_kernels_word()
    {
        TestChild.NeedsOwn();
        // The selector is not run, so nobody reaps before this test does.
        using ChildProcess child = ChildProcess.Spawn(TestChild.Shell("exit 7"), _selector);
        int status;
        Assert.Equal(child.Id, Libc.waitpid(child.Id, &status, 0));
        Assert.Equal(7 << 8, status);
        _selector.RunUntilComplete(() => child.WaitForExitAsync().AsTask());
        ExitStatus known = child.WaitForExit();
        if (ProcessSupport.HasExitInfo)
            Assert.Equal((7, false), (known.ExitCode, known.HasUsage));
        else
            Assert.NotNull(known.UnknownReason);
        Assert.False(child.Signal(LinuxSignal.SIGTERM));
    }

    [Fact] // CHECKLIST 49
    public unsafe void A_child_that_somebody_else_reaps_meanwhile_ends_the_wait()
    {
        TestChild.NeedsOwn();
        using Selector selector = Selector.Start();
        for (int round = 0; round < 200; round++)
        {
            // Both are after it, as a runtime that is process 1 would be. Whoever wins, the status is the same.
            using ChildProcess child = ChildProcess.Spawn(TestChild.Shell($"exit {round}"), selector);
            Task<ExitStatus> wait = child.WaitForExitAsync().AsTask();
            int status;
            int reaped;
            while ((reaped = Libc.waitpid(child.Id, &status, 1)) == 0)
            {
            }

            ExitStatus known = wait.Result;
            if (reaped > 0 && !ProcessSupport.HasExitInfo)
                Assert.False(known.IsKnown);
            else
                Assert.Equal(round, known.ExitCode);
        }
    }

    [Fact]
    public void A_child_that_is_killed_before_it_is_a_program_is_reaped() => TestChild.LeavesNothing(() =>
    {
        // Until execve a child raises no SIGCHLD, and an ordinary wait does not see it. One thread spawns, the other kills its children at birth.
        int spawner = 0;
        var spawning = new Thread(() =>
        {
            Volatile.Write(ref spawner, Libc.gettid());
            using var selector = new Selector();
            for (int round = 0; round < 50; round++)
            {
                using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("sleep", "1000"), selector);
                selector.RunUntilComplete(async () => Assert.Equal(LinuxSignal.SIGKILL, (await child.WaitForExitAsync()).Signal));
            }
        });
        spawning.Start();
        while (!spawning.Join(TimeSpan.Zero))
        {
            foreach (int child in ProcFs.ChildrenOfThread(Volatile.Read(ref spawner)))
                _ = Libc.kill(child, (int)LinuxSignal.SIGKILL);
        }
    });

    [Fact]
    public void A_selector_that_ends_leaves_the_child_to_whoever_asks() => TestChild.LeavesNothing(() =>
    {
        Selector selector = Selector.Start();
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("sleep", "1000"), selector);
        Task<ExitStatus> wait = child.WaitForExitAsync().AsTask();
        selector.Dispose();
        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => wait.Result).InnerException);
        Assert.Throws<AggregateException>(() => child.WaitForExitAsync().AsTask().Result);
        Assert.True(child.Signal(LinuxSignal.SIGKILL));
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExitAsync().AsTask().Result.Signal);
        Assert.Throws<ObjectDisposedException>(() => ChildProcess.Spawn(TestChild.Idle, selector));
    });
}
