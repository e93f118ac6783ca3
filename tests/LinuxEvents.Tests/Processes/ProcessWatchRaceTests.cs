using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Ends that are hard to tell: raced by who reaps, held by a tracer, hidden by rights, by threads, or by another process with the same number.</summary>
public sealed class ProcessWatchRaceTests : IDisposable
{
    private const string Hidden = "LINUXEVENTS_TESTS_HIDDEN";

    private readonly Selector _selector = Selector.Start();

    private ProcessWatchOptions Here => new() { Selector = _selector };

    public void Dispose() => _selector.Dispose();

    /// <summary>CHECKLIST 43, 49, 51: a look at the status races the parent's reap, from the zombie to the exit information.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Strangers_that_end_all_at_once_have_each_its_status(bool blocking)
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        var options = new ProcessWatchOptions { Selector = _selector, StatusGrace = TimeSpan.Zero };
        for (int round = 0; round < 10; round++)
        {
            using var strangers = new Stranger("exit $1", count: 50);
            ProcessWatch[] watches = [.. strangers.Ids.Select(id => ProcessWatch.Open(id, options))];
            Task<ExitStatus>[] waits = [.. watches.Select(watch => blocking
                ? Task.Factory.StartNew(watch.WaitForExit, TaskCreationOptions.LongRunning)
                : watch.WaitForExitAsync().AsTask())];
            strangers.End();
            for (int i = 0; i < waits.Length; i++)
                AssertCode(i, waits[i].Result);
            Array.ForEach(watches, watch => watch.Dispose());
        }
    }

    /// <summary>CHECKLIST 64: .NET reaps as soon as it can, and we look meanwhile. Neither has a wrong status.</summary>
    [Fact]
    public void Children_of_Process_that_end_all_at_once_have_each_its_status_on_both_sides()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        for (int round = 0; round < 5; round++)
        {
            Process[] processes = [.. Enumerable.Range(0, 20).Select(code => Process.Start(
                new ProcessStartInfo("/bin/sh", ["-c", $"read line; exit {code}"]) { RedirectStandardInput = true })!)];
            ProcessWatch[] watches = [.. processes.Select(process => ProcessWatch.Open(process, Here))];
            Task<ExitStatus>[] waits = [.. watches.Select(watch => watch.WaitForExitAsync().AsTask())];
            Array.ForEach(processes, process => process.StandardInput.Close());
            for (int code = 0; code < processes.Length; code++)
            {
                AssertCode(code, waits[code].Result);
                processes[code].WaitForExit();
                Assert.Equal(code, processes[code].ExitCode);
                processes[code].Dispose();
                watches[code].Dispose();
            }
        }
    }

    /// <summary>CHECKLIST 54.</summary>
    [Fact]
    public void A_signal_that_races_the_end_is_delivered_or_refused()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_SIGNAL);
        for (int round = 0; round < 20; round++)
        {
            using var strangers = new Stranger("exit 1", count: 10);
            ProcessWatch[] watches = [.. strangers.Ids.Select(id => ProcessWatch.Open(id, Here))];
            strangers.End();
            foreach (ProcessWatch watch in watches)
            {
                while (watch.Signal(LinuxSignal.SIGCONT))
                {
                }

                Assert.False(watch.Signal(LinuxSignal.SIGKILL));
                AssertCode(1, watch.WaitForExit());
                watch.Dispose();
            }
        }
    }

    /// <summary>CHECKLIST 53: another process has the number now. It is neither signalled nor taken for the one that ended.</summary>
    [Fact]
    public void A_number_that_another_process_has_now_is_not_touched()
    {
        if (Environment.ProcessId != 1)
        {
            foreach (string missing in new[] { "", "pidfd_open" })
            {
                Rerun.Tests(
                    [.. Rerun.Without(missing), "unshare", "--fork", "--pid", "--kill-child", "--mount-proc"],
                    typeof(ProcessWatchRaceTests), nameof(A_number_that_another_process_has_now_is_not_touched));
            }

            return;
        }

        var options = new ProcessWatchOptions { Selector = _selector, PollInterval = TimeSpan.FromMilliseconds(1) };
        using ChildProcess first = ChildProcess.Spawn(TestChild.Idle, _selector);
        using ProcessWatch watch = ProcessWatch.Open(first.Id, options), waited = ProcessWatch.Open(first.Id, options);
        first.StandardInput!.Dispose();
        Assert.Equal(0, first.WaitForExit().ExitCode);
        Until.True(() => ProcFs.State(first.Id) is null, "the reap");

        // A thread may snatch the number away; it does not keep it.
        ChildProcess? second = null;
        Until.True(
            () =>
            {
                second?.Signal(LinuxSignal.SIGKILL);
                second?.WaitForExit();
                second?.Dispose();
                File.WriteAllText("/proc/sys/kernel/ns_last_pid", $"{first.Id - 1}");
                second = ChildProcess.Spawn(TestChild.Idle, _selector);
                return second.Id == first.Id;
            },
            "the same number");
        using (second)
        {
            Assert.True(watch.HasExited);
            Assert.False(watch.Signal(LinuxSignal.SIGKILL));
            Assert.False(watch.QueueSignal(LinuxSignal.SIGKILL, 0));
            Assert.False(first.Signal(LinuxSignal.SIGKILL));
            foreach (ExitStatus status in new[] { watch.WaitForExit(), waited.WaitForExitAsync().AsTask().Result })
            {
                bool tells = ProcessSupport.HasExitInfo && ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out _);
                Assert.Equal(tells ? 0 : null, status.ExitCode);
            }

            Assert.False(second!.HasExited);
            second.StandardInput!.Dispose();
            Assert.Equal(0, second.WaitForExit().ExitCode);
        }
    }

    /// <summary>CHECKLIST 51: of a zombie that this process may not look at nothing is made up.</summary>
    [Fact]
    public void Another_users_zombie_has_no_status_until_it_is_reaped()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        if (Environment.GetEnvironmentVariable(Hidden) is not { } id)
        {
            foreach (string script in new[] { "exit 0", "exit 5" })
            {
                using var stranger = new Stranger(script, reaped: false);
                stranger.End();
                Until.True(() => ProcFs.IsZombie(stranger.Id), "the zombie");
                Rerun.Tests(AsAnother(stranger), typeof(ProcessWatchRaceTests), nameof(Another_users_zombie_has_no_status_until_it_is_reaped));
            }

            return;
        }

        using ProcessWatch watch = ProcessWatch.Open(int.Parse(id), new ProcessWatchOptions { Selector = _selector, StatusGrace = TimeSpan.FromMilliseconds(1) });
        Assert.True(watch.HasExited);
        Assert.Contains("may not look", watch.WaitForExit().UnknownReason, StringComparison.Ordinal);
        Assert.Contains("may not look", watch.WaitForExitAsync().AsTask().Result.UnknownReason, StringComparison.Ordinal);
        Assert.False(watch.Signal(LinuxSignal.SIGTERM));
    }

    /// <summary>CHECKLIST 51: once it is reaped everybody may know.</summary>
    [Fact]
    public void Another_users_process_has_its_status_after_the_reap()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_EXIT_INFO);
        if (Environment.GetEnvironmentVariable(Hidden) is not { } id)
        {
            using var stranger = new Stranger("exit 5", reaped: false);
            stranger.End();
            Until.True(() => ProcFs.IsZombie(stranger.Id), "the zombie");
            // Not before the other one has it: a process that was reaped can't be opened.
            Task reaping = Task.Run(() =>
            {
                Until.True(() => ProcFs.IsOpenElsewhere(stranger.Id), "the other user's pidfd");
                stranger.Reap();
            });
            Rerun.Tests(AsAnother(stranger), typeof(ProcessWatchRaceTests), nameof(Another_users_process_has_its_status_after_the_reap));
            reaping.Wait();
            return;
        }

        var forever = new ProcessWatchOptions { Selector = _selector, StatusGrace = Timeout.InfiniteTimeSpan };
        using ProcessWatch watch = ProcessWatch.Open(int.Parse(id), forever);
        Task<ExitStatus> wait = watch.WaitForExitAsync().AsTask();
        Assert.Equal(5, watch.WaitForExit().ExitCode);
        Assert.Equal(5, wait.Result.ExitCode);
    }

    /// <summary>CHECKLIST 57: a tracer holds the zombie. One event, no spin, and the status all the same.</summary>
    [Fact]
    public void A_zombie_that_a_tracer_holds_does_not_spin_the_loop()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        TestChild.NeedsOwn();
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle, _selector);
        using ProcessWatch watch = ProcessWatch.Open(child.Id, Here);
        using var tracer = TestProgram.Start();
        string answer = tracer.Do($"trace {child.Id}");
        Assert.SkipUnless(answer == "traced", $"No process can be traced here: {answer}");
        Assert.True(child.Signal(LinuxSignal.SIGKILL));
        Assert.Equal(LinuxSignal.SIGKILL, watch.WaitForExitAsync().AsTask().Result.Signal);
        Assert.Equal(LinuxSignal.SIGKILL, watch.WaitForExit().Signal);
        Assert.True(ProcFs.IsZombie(child.Id));
        Assert.False(child.HasExited, "the parent gets it when the tracer lets go");

        // Both pidfds are ready as long as the zombie is held, and yet not served once more in turns that are taken for other things. Nor are there other turns.
        _selector.InvokeAsync(static () => Task.CompletedTask).Wait();
        SelectorStatistics before = _selector.GetStatistics();
        for (int post = 0; post < 100; post++)
            _selector.InvokeAsync(static () => Task.CompletedTask).Wait();
        SelectorStatistics after = _selector.GetStatistics();
        Assert.InRange(after.Events - before.Events, 0, 2);
        Assert.InRange(after.Turns - before.Turns, 1, 300);

        Assert.Equal("released", tracer.Do($"release {child.Id}"));
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
    }

    /// <summary>CHECKLIST 66: the first thread ends, or another one executes a program. The process lives on, and ends later.</summary>
    [Theory]
    [InlineData("leave", 42)]
    [InlineData("execute", 43)]
    public void A_first_thread_that_ends_is_not_the_processes_end(string how, int code)
    {
        foreach (bool poll in new[] { false, true })
        {
            if (!poll && !ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out _))
                continue;
            using var program = TestProgram.Start();
            using WatchedProcess watched = poll
                ? new WatchedProcEntry(program.Id, TimeSpan.FromMilliseconds(1), _selector)
                : new WatchedPidFd(PidFd.Open(program.Id).Handle, _selector);
            Task wait = watched.WaitForEndAsync(default).AsTask();
            Assert.Equal("soon", program.Do(how));
            Until.True(() => how == "leave" ? ProcFs.IsZombie(program.Id) : ProcFs.Threads(program.Id) == 1, "the end of the first thread");
            Assert.False(watched.HasEnded());
            Assert.False(wait.IsCompleted);
            Assert.False(program.HasExited);
            program.Tell("end");
            wait.Wait();
            Assert.True(watched.HasEnded());
            watched.TryGetStatus(out ExitStatus status);
            if (status.IsKnown)
                Assert.Equal(code, status.ExitCode);
            Assert.Equal(code, program.WaitForExit().ExitCode);
        }
    }

    /// <summary>Where the process is another user's. Only root can be somebody else.</summary>
    private static string[] AsAnother(Stranger stranger) =>
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", $"{Hidden}={stranger.Id}", "DOTNET_EnableDiagnostics=0"];

    private static void AssertCode(int code, ExitStatus status) =>
        Assert.True(status.ExitCode == code || (!status.IsKnown && !ProcessSupport.HasExitInfo), status.ToString());
}
