using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Other people's processes: when they end, and how. CHECKLIST 41-55, of those that are not children.</summary>
public sealed class ProcessWatchTests : IDisposable
{
    private readonly Selector _selector = Selector.Start();

    private ProcessWatchOptions Here => new() { Selector = _selector };

    public void Dispose() => _selector.Dispose();

    /// <summary>CHECKLIST 52.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void There_is_no_watch_of_any_process_or_group(int id) => Assert.Throws<ArgumentOutOfRangeException>("processId", () => ProcessWatch.Open(id));

    [Fact]
    public void What_can_not_be_meant_is_refused() => Descriptors.StayAsTheyWere(() =>
    {
        Assert.Throws<ArgumentNullException>(() => ProcessWatch.Open((Process)null!));
        Assert.Throws<ArgumentNullException>(() => ProcessWatch.Open((SafePidFdHandle)null!));
        Assert.Throws<ArgumentException>(() => ProcessWatch.Open(new SafePidFdHandle()));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessWatch.Open(1, new ProcessWatchOptions { StatusGrace = TimeSpan.FromSeconds(-2) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessWatch.Open(1, new ProcessWatchOptions { PollInterval = TimeSpan.Zero }));
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        var selector = new Selector();
        selector.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ProcessWatch.Open(Environment.ProcessId, new ProcessWatchOptions { Selector = selector }));
        using ProcessWatch self = ProcessWatch.Open(Environment.ProcessId, Here);
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => self.Signal((LinuxSignal)65));
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => self.QueueSignal((LinuxSignal)(-1), 0));
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => self.SignalProcessGroup((LinuxSignal)65));
        Assert.Throws<ArgumentOutOfRangeException>(() => self.TryWaitForExit(TimeSpan.FromSeconds(-1), out _));
    });

    /// <summary>CHECKLIST 50.</summary>
    [Fact]
    public void A_process_that_is_not_there_is_named()
    {
        foreach (TimeSpan? poll in new TimeSpan?[] { null, TimeSpan.FromMilliseconds(1) })
        {
            if (poll is null && !ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out _))
                continue;
            var error = Assert.Throws<LinuxEventsException>(() => ProcessWatch.Open(int.MaxValue, new ProcessWatchOptions { PollInterval = poll }));
            Assert.Equal((Errno.ESRCH, $"process {int.MaxValue}"), (error.Errno, error.Target));
        }
    }

    /// <summary>CHECKLIST 42, 46, 50.</summary>
    [Theory]
    [InlineData("exit 0", 0, null)]
    [InlineData("exit 42", 42, null)]
    [InlineData("exit 255", 255, null)]
    [InlineData("ulimit -c 0; kill -SEGV $$", null, LinuxSignal.SIGSEGV)]
    [InlineData("kill -KILL $$", null, LinuxSignal.SIGKILL)]
    public void A_stranger_that_ends_during_the_waits_has_its_status_for_all(string script, int? code, LinuxSignal? signal)
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        // As a zombie it can be looked at for as long as it takes.
        using var stranger = new Stranger(script, reaped: false);
        using ProcessWatch watch = ProcessWatch.Open(stranger.Id, Here);
        Assert.Equal(stranger.Id, watch.Id);
        using var waiting = new CountdownEvent(2);
        Task<(ExitStatus Status, bool OnLoop)> onLoop = _selector.InvokeAsync(async () =>
        {
            ValueTask<ExitStatus> wait = watch.WaitForExitAsync();
            Assert.False(wait.IsCompleted);
            waiting.Signal();
            return (await wait, _selector.IsLoopThread);
        });
        Task<ExitStatus>[] elsewhere = [.. Enumerable.Range(0, 5).Select(_ => watch.WaitForExitAsync().AsTask())];
        Task<ExitStatus> blocked = Task.Run(() =>
        {
            waiting.Signal();
            return watch.WaitForExit();
        });
        waiting.Wait();
        Assert.False(watch.HasExited);
        Assert.Null(watch.ExitStatus);
        Assert.False(watch.TryWaitForExit(TimeSpan.FromMilliseconds(1), out ExitStatus none));
        Assert.False(none.IsKnown);

        stranger.End();
        Assert.True(onLoop.Result.OnLoop);
        ExitStatus[] statuses = [onLoop.Result.Status, blocked.Result, .. elsewhere.Select(wait => wait.Result), watch.ExitStatus!.Value, watch.WaitForExit()];
        Assert.All(statuses, status => Assert.Equal((code, signal), (status.ExitCode, status.Signal)));
        Assert.True(watch.HasExited);
        Assert.True(watch.WaitForExitAsync().IsCompletedSuccessfully);
        Assert.True(ProcFs.IsZombie(stranger.Id), "a watch does not reap");
    }

    /// <summary>CHECKLIST 41, 50, 53: a zombie counts as exited.</summary>
    [Fact]
    public void A_zombie_that_nobody_reaps_has_ended()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        using var stranger = new Stranger("exit 7", reaped: false);
        stranger.End();
        Until.True(() => ProcFs.IsZombie(stranger.Id), "the zombie");
        using ProcessWatch watch = ProcessWatch.Open(stranger.Id, Here);
        Assert.True(watch.HasExited);
        Assert.False(watch.Signal(LinuxSignal.SIGKILL), "a zombie swallows signals");
        Assert.False(watch.QueueSignal(LinuxSignal.SIGUSR1, 1));
        Assert.Equal(7, watch.WaitForExitAsync().AsTask().Result.ExitCode);

        using ProcessWatch blocking = ProcessWatch.Open(stranger.Id, Here);
        Assert.Equal(7, blocking.WaitForExit().ExitCode);
        stranger.Reap();
        Assert.Equal(7, watch.ExitStatus!.Value.ExitCode);
        Assert.False(watch.Signal(LinuxSignal.SIGKILL));
        Assert.Throws<LinuxEventsException>(() => ProcessWatch.Open(stranger.Id, Here));
    }

    /// <summary>CHECKLIST 49, 51: after the reap the kernel tells, or nobody.</summary>
    [Fact]
    public void A_stranger_that_was_reaped_has_the_kernels_word()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        using var stranger = new Stranger("exit 9", reaped: false);
        using ProcessWatch watch = ProcessWatch.Open(stranger.Id, Here);
        stranger.End();
        Until.True(() => ProcFs.IsZombie(stranger.Id), "the zombie");
        stranger.Reap();
        using ProcessWatch late = ProcessWatch.Open(watch.PidFd, Here);
        Assert.Null(late.Id);
        foreach (ExitStatus status in new[] { watch.WaitForExitAsync().AsTask().Result, watch.WaitForExit(), late.WaitForExit(), late.WaitForExitAsync().AsTask().Result })
        {
            if (ProcessSupport.HasExitInfo)
                Assert.Equal(9, status.ExitCode);
            else
                Assert.Contains("6.15", status.UnknownReason, StringComparison.Ordinal);
        }
    }

    /// <summary>CHECKLIST 47, 48.</summary>
    [Fact]
    public void Cancelling_a_wait_and_disposing_a_watch_leave_the_process_and_the_others()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_SIGNAL);
        using var stranger = new Stranger("exit 3", reaped: false);
        Descriptors.StayAsTheyWere(() =>
        {
            using ProcessWatch watch = ProcessWatch.Open(stranger.Id, Here);
            ProcessWatch other = ProcessWatch.Open(watch.PidFd, Here);
            using var cancellation = new CancellationTokenSource();
            Task<ExitStatus> cancelled = watch.WaitForExitAsync(cancellation.Token).AsTask();
            Task<ExitStatus> disposed = other.WaitForExitAsync().AsTask();
            cancellation.Cancel();
            var error = Assert.ThrowsAny<OperationCanceledException>(() => cancelled.GetAwaiter().GetResult());
            Assert.Equal(cancellation.Token, error.CancellationToken);
            other.Dispose();
            other.Dispose();
            Assert.Throws<ObjectDisposedException>(() => disposed.GetAwaiter().GetResult());
            Assert.Throws<ObjectDisposedException>(() => other.HasExited);
            Assert.Throws<ObjectDisposedException>(() => other.Signal(LinuxSignal.None));
            Assert.False(watch.HasExited);
            Assert.True(watch.Signal(LinuxSignal.None));
        });
        using ProcessWatch last = ProcessWatch.Open(stranger.Id, Here);
        stranger.End();
        Assert.Equal(3, last.WaitForExit().ExitCode);
        last.Dispose();
        Assert.Equal(3, last.ExitStatus!.Value.ExitCode);
        Assert.Equal(3, last.WaitForExitAsync().AsTask().Result.ExitCode);
    }

    /// <summary>A thread that blocks is not left behind with a descriptor that is closed.</summary>
    [Fact]
    public void Disposing_a_watch_ends_the_waits_of_threads()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        using var stranger = new Stranger("exit 4", reaped: false);
        Descriptors.StayAsTheyWere(() =>
        {
            for (int round = 0; round < 100; round++)
            {
                ProcessWatch watch = ProcessWatch.Open(stranger.Id, Here);
                int tid = 0;
                ObjectDisposedException? told = null;
                var thread = new Thread(() =>
                {
                    Volatile.Write(ref tid, Libc.gettid());
                    told = Assert.Throws<ObjectDisposedException>(() => watch.WaitForExit());
                });
                thread.Start();
                Until.True(() => Volatile.Read(ref tid) != 0 && (round % 2 == 0 || ProcFs.Sleeps(tid)), "the thread's sleep");
                watch.Dispose();
                Assert.True(thread.Join(Until.Patience), "the thread hangs");
                Assert.NotNull(told);
            }
        });
    }

    /// <summary>CHECKLIST 64: who has started it gets its status, too.</summary>
    [Fact]
    public void A_child_of_Process_is_watched_and_not_taken_away()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        for (int code = 0; code < 50; code++)
        {
            using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"read line; exit {code}"]) { RedirectStandardInput = true })!;
            using ProcessWatch watch = ProcessWatch.Open(process, Here);
            Task<ExitStatus> wait = watch.WaitForExitAsync().AsTask();
            process.StandardInput.Close();
            process.WaitForExit();
            Assert.Equal(code, process.ExitCode);
            ExitStatus status = wait.Result;
            Assert.True(status.ExitCode == code || (!status.IsKnown && !ProcessSupport.HasExitInfo), status.ToString());
            Assert.Equal(Errno.ESRCH, Assert.Throws<LinuxEventsException>(() => ProcessWatch.Open(process, Here)).Errno);
        }
    }

    [Fact]
    public void A_child_of_ours_is_watched_and_not_taken_away()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        TestChild.NeedsOwn();
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, _selector);
        // On the selector that watches the child itself.
        using ProcessWatch watch = ProcessWatch.Open(child.PidFd, Here);
        Assert.Equal(child.Id, watch.Id);
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
        ExitStatus status = watch.WaitForExit();
        Assert.True(status.ExitCode == 0 || (!status.IsKnown && !ProcessSupport.HasExitInfo), status.ToString());
    }

    [Fact]
    public void Signals_reach_the_process_its_group_and_nobody_else()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_SIGNAL);
        using var program = TestProgram.Start();
        using ProcessWatch watch = ProcessWatch.Open(program.Id, Here);
        Assert.Equal("opened", program.Do("open all Relay SIGUSR1"));
        Assert.True(watch.Signal(LinuxSignal.SIGUSR1));
        Assert.Equal($"{LinuxSignal.SIGUSR1} {SignalCode.User} {Environment.ProcessId} 0", program.Do("take all"));
        Assert.True(watch.QueueSignal(LinuxSignal.SIGUSR1, 5));
        Assert.StartsWith($"5 5 {SignalCode.Queue} {Environment.ProcessId} ", program.Do("value all"), StringComparison.Ordinal);
        Assert.False(watch.HasExited);
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_SIGNAL_GROUP);
        Assert.False(watch.SignalProcessGroup(LinuxSignal.SIGKILL), "it leads none");
    }

    [Fact]
    public void A_group_is_signalled_also_when_its_leader_has_ended()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_SIGNAL_GROUP);
        TestChild.NeedsOwn();
        // The grandchild keeps it, and the output.
        SpawnOptions options = TestChild.Shell("sleep 1000 & echo");
        options.StandardOutput = ChildStdio.Pipe;
        options.CreateNewProcessGroup = true;
        using ChildProcess leader = ChildProcess.Spawn(options);
        using ProcessWatch group = ProcessWatch.Open(leader.PidFd, Here);
        Assert.Equal(0, leader.WaitForExit().ExitCode);
        Assert.True(group.SignalProcessGroup(LinuxSignal.SIGKILL));
        using var reader = new StreamReader(leader.StandardOutput!);
        Assert.Equal("\n", reader.ReadToEnd());
    }

    [Fact]
    public void Copies_a_descriptor_out_of_a_process()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_GETFD);
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("sleep", "1000") { StandardInput = ChildStdio.Pipe }, _selector);
        using ProcessWatch watch = ProcessWatch.Open(child.Id, Here);
        using SafeFdHandle input = watch.GetFd(0);
        child.StandardInput!.Write("x"u8);
        Assert.Equal(1, TestPipe.Read(input));
        LinuxEventsException error = Assert.Throws<LinuxEventsException>(() => watch.GetFd(1000));
        Assert.Equal((Errno.EBADF, $"process {child.Id}"), (error.Errno, error.Target));
        Assert.True(child.Signal(LinuxSignal.SIGKILL));
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
        Assert.Equal(Errno.ESRCH, Assert.Throws<LinuxEventsException>(() => watch.GetFd(0)).Errno);
    }

    /// <summary>CHECKLIST 56: EMFILE at any step leaves nothing, and is not taken for a missing feature.</summary>
    [Fact]
    public void No_room_for_descriptors_leaves_nothing()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        Descriptors.StayAsTheyWere(() =>
        {
            using PidFd self = PidFd.Open(Environment.ProcessId);
            Descriptors.Settle();
            var filler = new List<SafeFdHandle>();
            try
            {
                while (true)
                    filler.Add(SafeEventFdHandle.Create(0, 0));
            }
            catch (LinuxEventsException full) when (full.Errno == Errno.EMFILE)
            {
                Assert.Equal(Errno.EMFILE, Assert.Throws<LinuxEventsException>(() => ProcessWatch.Open(Environment.ProcessId, Here)).Errno);
                Assert.Equal(Errno.EMFILE, Assert.Throws<LinuxEventsException>(() => ProcessWatch.Open(self.Handle, Here)).Errno);
                filler[^1].Dispose();
                using ProcessWatch watch = ProcessWatch.Open(Environment.ProcessId, Here);
                Assert.Equal(Errno.EMFILE, Assert.Throws<LinuxEventsException>(() => watch.HasExited).Errno);
            }
            finally
            {
                filler.ForEach(static handle => handle.Dispose());
            }
        });
    }

    /// <summary>CHECKLIST 56: without pidfds, only for who asks for it by name.</summary>
    [Fact]
    public void Without_pidfds_it_is_looked_for_or_refused()
    {
        if (ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out _))
        {
            Rerun.Tests(Rerun.Without("pidfd_open"), typeof(ProcessWatchTests), nameof(Without_pidfds_it_is_looked_for_or_refused));
            return;
        }

        Assert.Contains("pidfd_open", Assert.Throws<PlatformNotSupportedException>(() => ProcessWatch.Open(Environment.ProcessId)).Message, StringComparison.Ordinal);
        var options = new ProcessWatchOptions { Selector = _selector, PollInterval = TimeSpan.FromMilliseconds(1) };
        TestChild.LeavesNothing(() =>
        {
            using var stranger = new Stranger("exit 6", reaped: false);
            using ProcessWatch watch = ProcessWatch.Open(stranger.Id, options);
            ProcessWatch disposed = ProcessWatch.Open(stranger.Id, options);
            Assert.Throws<PlatformNotSupportedException>(() => watch.PidFd);
            Assert.Throws<PlatformNotSupportedException>(() => watch.GetFd(0));
            using var cancellation = new CancellationTokenSource();
            Task<ExitStatus> cancelled = watch.WaitForExitAsync(cancellation.Token).AsTask(), wait = watch.WaitForExitAsync().AsTask(), ended = disposed.WaitForExitAsync().AsTask();
            cancellation.Cancel();
            Assert.Equal(cancellation.Token, Assert.ThrowsAny<OperationCanceledException>(() => cancelled.GetAwaiter().GetResult()).CancellationToken);
            disposed.Dispose();
            Assert.Throws<ObjectDisposedException>(() => ended.GetAwaiter().GetResult());
            Assert.False(watch.HasExited);
            Assert.False(watch.TryWaitForExit(TimeSpan.FromMilliseconds(3), out _));
            stranger.End();
            Assert.Equal(6, watch.WaitForExit().ExitCode);
            Assert.Equal(6, wait.Result.ExitCode);
        });

        using var reaped = new Stranger("exit 8", reaped: false);
        using ProcessWatch late = ProcessWatch.Open(reaped.Id, options);
        reaped.End();
        Until.True(() => ProcFs.IsZombie(reaped.Id), "the zombie");
        reaped.Reap();
        Assert.Contains("between two looks", late.WaitForExit().UnknownReason, StringComparison.Ordinal);
        Assert.False(late.Signal(LinuxSignal.SIGKILL));
        if (ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_SIGNAL, out _))
        {
            // The directory in /proc stands for the process, and serves where the kernel has the call.
            using var living = new Stranger("exit 0");
            using ProcessWatch watch = ProcessWatch.Open(living.Id, options);
            Assert.True(watch.Signal(LinuxSignal.SIGKILL));
            watch.WaitForExit();
        }
    }
}
