namespace LinuxEvents.Tests;

/// <summary>The plain signalfd. Signals go to the test's own thread, which blocks them: no other thread of the process is in danger.</summary>
public sealed class SignalFdTests
{
    private static readonly LinuxSignal s_first = LinuxSignals.RealTime(5), s_second = LinuxSignals.RealTime(6);

    [Fact]
    public void Takes_what_is_pending_lowest_first_and_says_who_sent_it() => Blocked(() =>
    {
        using var signals = new SignalFd(s_first, s_second);
        var received = new SignalInfo[40];
        Assert.Equal(0, signals.TryRead(received));
        Libc.RaiseHere(s_second);
        for (int i = 0; i < 20; i++)
            Libc.RaiseHere(s_first);
        Assert.Equal(s_first, signals.Read().Signal);
        Assert.Equal(20, signals.TryRead(received));
        Assert.Equal([.. Enumerable.Repeat(s_first, 19), s_second], received[..20].Select(info => info.Signal));
        Assert.All(received[..20], info => Assert.Equal((Environment.ProcessId, SignalCode.Thread), (info.SenderProcessId, info.Code)));
        Assert.Equal(0, signals.TryRead(received));
    });

    [Fact]
    public void Only_the_set_is_taken_and_the_set_can_be_changed() => Blocked(() =>
    {
        using var signals = new SignalFd(s_first);
        Libc.RaiseHere(s_second);
        Assert.Equal(0, signals.TryRead(new SignalInfo[1]));
        signals.Set(s_second);
        Assert.Equal(s_second, signals.Read().Signal);
    });

    [Fact]
    public void A_timers_signal_tells_which_timer_and_how_often() => Blocked(() =>
    {
        using var signals = new SignalFd(s_first);
        nint timer = Libc.StartSignalTimer(s_first, 42, TimeSpan.FromMicroseconds(100));
        SignalInfo info;
        int missed = 0;
        do
        {
            info = signals.Read();
            Assert.Equal((SignalCode.Timer, (int)timer, 42L), (info.Code, info.TimerId, info.Value));
            missed += info.TimerOverrun;
            Thread.Sleep(1); // so that one is missed
        }
        while (missed == 0);
        Assert.Equal(0, Libc.timer_delete(timer));
        Assert.Equal(0, info.SenderProcessId);
    });

    [Fact]
    public void A_childs_signal_tells_its_status_and_times() => Blocked(() =>
    {
        using var signals = new SignalFd(LinuxSignal.SIGCHLD);
        Libc.RaiseChildEnd(1234, code: 2, status: 9, userTicks: 150, systemTicks: 3);
        SignalInfo info = signals.Read();
        Assert.Equal((LinuxSignal.SIGCHLD, 1234, 2, 9), (info.Signal, info.SenderProcessId, (int)info.Code, info.ChildStatus));
        Assert.Equal((1500.0, 30.0), (info.ChildUserTime.TotalMilliseconds, info.ChildSystemTime.TotalMilliseconds));
    });

    [Fact]
    public void What_is_no_signal_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new SignalFd(LinuxSignal.None));
        Assert.Throws<ArgumentException>(() => new SignalFd((LinuxSignal)65));
    }

    private static void Blocked(Action test)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            Libc.Block(true, SignalMask.Of([s_first, s_second, LinuxSignal.SIGCHLD]));
            error = Record.Exception(test);
        });
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }
}
