using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Tests;

/// <summary>Signals to a process, a group and a thread by their numbers.</summary>
public sealed class SignalSendingTests
{
    private static readonly LinuxSignal s_realTime = LinuxSignals.RealTime(4);

    [Fact] // CHECKLIST 67
    public async Task A_process_gets_it_with_this_one_as_its_sender()
    {
        using var subscription = SignalSubscription.Open(SIGUSR2);
        Assert.True(LinuxSignals.Send(Environment.ProcessId, SIGUSR2));
        SignalInfo info = await subscription.WaitAsync();
        Assert.Equal((SIGUSR2, SignalCode.User, Environment.ProcessId), (info.Signal, info.Code, info.SenderProcessId));
    }

    [Theory] // CHECKLIST 68
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(int.MinValue)]
    [InlineData(0x123456789abcdefL)]
    public async Task A_value_comes_with_it(long value)
    {
        using var subscription = SignalSubscription.Open(s_realTime);
        Assert.True(LinuxSignals.Queue(Environment.ProcessId, s_realTime, value));
        SignalInfo info = await subscription.WaitAsync();
        Assert.Equal((s_realTime, SignalCode.Queue, value, Environment.ProcessId), (info.Signal, info.Code, info.Value, info.SenderProcessId));
    }

    [Fact] // CHECKLIST 81
    public void One_thread_gets_it_and_no_other()
    {
        Libc.Block(true, SignalMask.Of([s_realTime]));
        using var signals = new SignalFd(s_realTime);
        Assert.True(LinuxSignals.SendToThread(Environment.ProcessId, Libc.gettid(), s_realTime));
        var other = new Thread(() => Assert.Equal(0, signals.TryRead(new SignalInfo[1])));
        other.Start();
        other.Join();
        Assert.Equal(SignalCode.Thread, signals.Read().Code);
        Libc.Block(false, SignalMask.Of([s_realTime]));
        Assert.False(LinuxSignals.SendToThread(1, Libc.gettid(), None));
    }

    [Fact]
    public void A_whole_group_gets_it()
    {
        SpawnOptions options = TestChild.Shell("sleep 1000 & echo $$; wait");
        options.StandardOutput = ChildStdio.Pipe;
        options.CreateNewProcessGroup = true;
        using ChildProcess leader = ChildProcess.Spawn(options);
        using var reader = new StreamReader(leader.StandardOutput!);
        int group = int.Parse(reader.ReadLine()!);
        Assert.True(LinuxSignals.SendToProcessGroup(group, None));
        Assert.True(LinuxSignals.SendToProcessGroup(group, SIGKILL));
        Assert.Equal(SIGKILL, leader.WaitForExit().Signal);
        Assert.Equal("", reader.ReadToEnd()); // the sleeper has let go of it, too
    }

    [Fact]
    public void Where_nobody_is_nobody_gets_it()
    {
        int id;
        using (ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true")))
        {
            id = child.Id;
            child.WaitForExit();
        }

        Assert.False(LinuxSignals.Send(id, None));
        Assert.False(LinuxSignals.Queue(id, None, 1));
        Assert.False(LinuxSignals.SendToProcessGroup(id, None));
        Assert.False(LinuxSignals.SendToThread(id, id, None));
    }

    [Theory] // CHECKLIST 52
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void What_would_reach_a_group_or_everybody_is_refused(int id)
    {
        Assert.Throws<ArgumentOutOfRangeException>("processId", () => LinuxSignals.Send(id, None));
        Assert.Throws<ArgumentOutOfRangeException>("processId", () => LinuxSignals.Queue(id, None, 0));
        Assert.Throws<ArgumentOutOfRangeException>("processGroupId", () => LinuxSignals.SendToProcessGroup(id, None));
        Assert.Throws<ArgumentOutOfRangeException>("processGroupId", () => LinuxSignals.SendToProcessGroup(1, None));
        Assert.Throws<ArgumentOutOfRangeException>("processId", () => LinuxSignals.SendToThread(id, 1, None));
        Assert.Throws<ArgumentOutOfRangeException>("threadId", () => LinuxSignals.SendToThread(1, id, None));
    }

    [Fact]
    public void What_is_no_signal_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => LinuxSignals.Send(Environment.ProcessId, (LinuxSignal)65));
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => LinuxSignals.Queue(Environment.ProcessId, (LinuxSignal)(-1), 0));
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => LinuxSignals.SendToProcessGroup(2, (LinuxSignal)65));
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => LinuxSignals.SendToThread(1, 1, (LinuxSignal)65));
    }
}
