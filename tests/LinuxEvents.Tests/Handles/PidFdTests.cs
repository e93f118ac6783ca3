using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>The plain pidfd. The children here belong to selectors that nobody runs, so that the test alone reaps.</summary>
public sealed class PidFdTests : IDisposable
{
    private readonly Selector _idle = new();

    public void Dispose() => _idle.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void There_is_no_pidfd_of_any_process_or_group(int pid)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PidFd.Open(pid));
        Assert.Throws<ArgumentOutOfRangeException>(() => PidFd.OpenThread(pid));
    }

    [Fact]
    public void A_process_that_is_not_there_is_named()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        var error = Assert.Throws<LinuxEventsException>(() => PidFd.Open(int.MaxValue));
        Assert.Equal((Errno.ESRCH, "pidfd_open", $"process {int.MaxValue}"), (error.Errno, error.Call, error.Target));
    }

    [Fact]
    public void Tells_who_a_process_is()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_INFO);
        using PidFd self = PidFd.Open(Environment.ProcessId);
        PidFdInfo info = self.GetInfo();
        Assert.Equal(Environment.ProcessId, info.ProcessId);
        Assert.Equal(Environment.ProcessId, info.ThreadId);
        string status = File.ReadAllText("/proc/self/status");
        Assert.Equal(int.Parse(ProcFs.Status(status, "PPid")), info.ParentProcessId);
        uint[] user = [.. ProcFs.Status(status, "Uid").Split('\t').Select(uint.Parse)];
        Assert.Equal(new ProcessIdentity(user[0], user[1], user[2], user[3]), info.User);
        uint[] group = [.. ProcFs.Status(status, "Gid").Split('\t').Select(uint.Parse)];
        Assert.Equal(new ProcessIdentity(group[0], group[1], group[2], group[3]), info.Group);
        Assert.NotNull(info.ControlGroupId);
        Assert.Null(info.ExitStatus);
    }

    [Fact]
    public void A_thread_has_one_of_its_own()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_THREAD, NativeMethods.LXE_FEATURE_PIDFD_INFO);
        int tid = Directory.GetDirectories("/proc/self/task").Select(Path.GetFileName).Select(int.Parse!).First(id => id != Environment.ProcessId);
        using PidFd thread = PidFd.OpenThread(tid);
        Assert.Equal((Environment.ProcessId, tid), (thread.GetInfo().ProcessId, thread.GetInfo().ThreadId));
        Assert.Throws<LinuxEventsException>(() => PidFd.Open(tid));
    }

    [Fact]
    public void Copies_a_descriptor_out_of_a_process()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_GETFD);
        using PidFd self = PidFd.Open(Environment.ProcessId);
        using var counter = new EventFd(5);
        using SafeFdHandle copy = self.GetFd(counter.Handle.Descriptor);
        Assert.NotEqual(counter.Handle.Descriptor, copy.Descriptor);
        using var epoll = new Epoll();
        epoll.Add(copy, EpollEvents.Read, 0);
        Assert.Equal(1, epoll.Wait(new EpollEvent[1], TimeSpan.Zero));
        counter.Read();
        Assert.Equal(0, epoll.Wait(new EpollEvent[1], TimeSpan.Zero));
        Assert.Equal(Errno.EBADF, Assert.Throws<LinuxEventsException>(() => self.GetFd(-1)).Errno);
    }

    [Fact]
    public void Reports_stop_continuation_and_end_when_asked()
    {
        TestChild.NeedsOwn();
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_EXIT_INFO);
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("cat") { StandardInput = ChildStdio.Pipe }, _idle);
        using PidFd pidFd = PidFd.Open(child.Id);
        Assert.False(pidFd.TryWait(ChildEvents.Exited | ChildEvents.Stopped | ChildEvents.Continued, out _));
        Assert.True(pidFd.Signal(LinuxSignal.None));

        Assert.True(pidFd.Signal(LinuxSignal.SIGSTOP));
        ChildChange change = pidFd.Wait(ChildEvents.Stopped);
        Assert.Equal((child.Id, ChildEvents.Stopped, LinuxSignal.SIGSTOP), (change.ProcessId, change.Event, change.StopSignal));
        Assert.Null(change.ExitStatus);
        Assert.True(pidFd.Signal(LinuxSignal.SIGCONT, PidFdSignalTarget.Process));
        Assert.Equal(ChildEvents.Continued, pidFd.Wait(ChildEvents.Continued).Event);

        Assert.True(pidFd.Signal(LinuxSignal.SIGKILL));
        Assert.Equal(LinuxSignal.SIGKILL, pidFd.Wait(ChildEvents.Exited, leaveWaitable: true).ExitStatus!.Value.Signal);
        Assert.True(ProcFs.IsZombie(child.Id));
        Assert.True(pidFd.Signal(LinuxSignal.SIGTERM), "a zombie takes any signal");
        Assert.Null(pidFd.GetInfo().ExitStatus);
        Assert.True(pidFd.TryWait(ChildEvents.Exited, out change));
        Assert.Equal(LinuxSignal.SIGKILL, change.ExitStatus!.Value.Signal);

        Assert.Null(ProcFs.State(child.Id));
        Assert.False(pidFd.Signal(LinuxSignal.SIGTERM));
        Assert.Equal(Errno.ECHILD, Assert.Throws<LinuxEventsException>(() => pidFd.Wait(ChildEvents.Exited)).Errno);
        Assert.Equal(LinuxSignal.SIGKILL, pidFd.GetInfo().ExitStatus!.Value.Signal);
    }
}
