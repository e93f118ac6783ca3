using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>CHECKLIST 55: a child that is stopped and continued, for those who ask.</summary>
public sealed class ChildStopTests
{
    [Fact]
    public async Task A_stop_is_no_end_and_nobody_hears_of_it_who_did_not_ask()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        Task<ExitStatus> wait = child.WaitForExitAsync().AsTask();
        Assert.True(child.Signal(LinuxSignal.SIGSTOP));
        Until.True(() => ProcFs.IsStopped(child.Id), "the stop");
        Assert.False(child.HasExited);
        Assert.False(wait.IsCompleted);
        Assert.True(child.Signal(LinuxSignal.SIGCONT));
        child.StandardInput!.Dispose();
        Assert.Equal(0, (await wait).ExitCode);
    }

    [Fact]
    public Task Stops_and_continuations_are_told_to_who_asks() => Told(static child => child.ReadChangesAsync());

    [Fact]
    public async Task A_watch_tells_them_too()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        TestChild.NeedsOwn();
        await Told(static child => ProcessWatch.Open(child.PidFd).ReadChangesAsync());
    }

    [Fact]
    public async Task Only_of_children()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        using var stranger = new Stranger("exit 0");
        using ProcessWatch watch = ProcessWatch.Open(stranger.Id);
        await using IAsyncEnumerator<ChildChange> changes = watch.ReadChangesAsync().GetAsyncEnumerator();
        Assert.Equal(Errno.ECHILD, (await Assert.ThrowsAsync<LinuxEventsException>(() => changes.MoveNextAsync().AsTask())).Errno);
    }

    [Fact]
    public async Task Cancelling_the_enumeration_leaves_the_child()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        using var cancellation = new CancellationTokenSource();
        IAsyncEnumerator<ChildChange> changes = child.ReadChangesAsync(cancellation.Token).GetAsyncEnumerator();
        Task<bool> next = changes.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.False(child.HasExited);
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact]
    public void Also_as_process_1() => Rerun.Tests(
        ["unshare", "--fork", "--pid", "--kill-child", "--mount-proc"], typeof(ChildStopTests), nameof(Stops_and_continuations_are_told_to_who_asks));

    /// <summary>The kernel tells nobody; a hang would be worse than a refusal.</summary>
    [Fact]
    public async Task With_SIGCHLD_ignored_it_is_refused()
    {
        TestChild.NeedsOwn();
        if (!LinuxSignals.IsIgnored(LinuxSignal.SIGCHLD))
        {
            // Without it such children are the reaper's.
            Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_EXIT_INFO);
            Rerun.Tests(["env", "--ignore-signal=CHLD"], typeof(ChildStopTests), nameof(With_SIGCHLD_ignored_it_is_refused));
            return;
        }

        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        await using IAsyncEnumerator<ChildChange> changes = child.ReadChangesAsync().GetAsyncEnumerator();
        await Assert.ThrowsAsync<InvalidOperationException>(() => changes.MoveNextAsync().AsTask());
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact]
    public void Also_by_the_reaper() => Rerun.Tests(
        Rerun.Without("pidfd_open"), typeof(ChildStopTests),
        nameof(Stops_and_continuations_are_told_to_who_asks), nameof(Cancelling_the_enumeration_leaves_the_child));

    private static async Task Told(Func<ChildProcess, IAsyncEnumerable<ChildChange>> read)
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        await using IAsyncEnumerator<ChildChange> changes = read(child).GetAsyncEnumerator();
        for (int round = 0; round < 20; round++)
        {
            // Every second time it has happened before anybody waits.
            Task<bool>? next = round % 2 == 0 ? changes.MoveNextAsync().AsTask() : null;
            Assert.True(child.Signal(LinuxSignal.SIGSTOP));
            if (next is null)
                Until.True(() => ProcFs.IsStopped(child.Id), "the stop");
            Assert.True(await (next ?? changes.MoveNextAsync().AsTask()));
            Assert.Equal((child.Id, ChildEvents.Stopped, LinuxSignal.SIGSTOP), (changes.Current.ProcessId, changes.Current.Event, changes.Current.StopSignal!.Value));
            Assert.True(child.Signal(LinuxSignal.SIGCONT));
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal((child.Id, ChildEvents.Continued), (changes.Current.ProcessId, changes.Current.Event));
        }

        Task<bool> last = changes.MoveNextAsync().AsTask();
        child.StandardInput!.Dispose();
        Assert.False(await last);
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }
}
