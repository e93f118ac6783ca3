using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Tests;

public class SignalArgumentTests
{
    [Theory] // CHECKLIST 75
    [InlineData(0, "Signal 0 ", "1 to 64")]
    [InlineData(-1, "Signal -1 ", "1 to 64")]
    [InlineData(65, "Signal 65 ", "1 to 64")]
    [InlineData((int)SIGKILL, "SIGKILL", "kernel")]
    [InlineData((int)SIGSTOP, "SIGSTOP", "kernel")]
    [InlineData((int)SIGSEGV, "SIGSEGV", "fault")]
    [InlineData((int)SIGILL, "SIGILL", "fault")]
    [InlineData((int)SIGTRAP, "SIGTRAP", "fault")]
    [InlineData((int)SIGBUS, "SIGBUS", "fault")]
    [InlineData((int)SIGFPE, "SIGFPE", "fault")]
    [InlineData((int)SIGSYS, "SIGSYS", "fault")]
    [InlineData((int)SIGABRT, "SIGABRT", "broken")]
    [InlineData((int)SIGCHLD, "SIGCHLD", "ChildProcess")]
    [InlineData(32, "Signal 32 ", "libc")]
    [InlineData(33, "Signal 33 ", "libc")]
    public void What_cannot_be_subscribed_to_is_refused_by_name_and_reason(int signal, string name, string reason)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => SignalSubscription.Open(SIGUSR1, (LinuxSignal)signal));
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal("signals", exception.ParamName);
    }

    [Fact]
    public void The_signal_that_the_runtime_suspends_threads_by_is_refused()
    {
        // The runtime really catches it: nobody else installs a handler for a real-time signal here.
        Assert.NotEqual(0UL, ProcessStatus.Read().Caught & SignalMask.Bit(LinuxSignals.RealTimeMinimum));
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => SignalSubscription.Open((LinuxSignal)LinuxSignals.RealTimeMinimum));
        Assert.Contains("runtime", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_signal_at_all_is_refused() => Assert.Throws<ArgumentException>(() => SignalSubscription.Open());

    [Fact]
    public void A_capacity_below_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => SignalSubscription.Open(new SignalSubscriptionOptions { Capacity = 0 }, SIGUSR1));

    [Fact]
    public void A_policy_that_is_none_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => SignalSubscription.Open(new SignalSubscriptionOptions { Overflow = (SignalOverflow)2 }, SIGUSR1));

    [Fact]
    public void Real_time_signals_are_numbered_from_the_first_that_is_free()
    {
        Assert.Equal(LinuxSignals.RealTimeMinimum + 1, (int)LinuxSignals.RealTime(1));
        Assert.Equal(64, (int)LinuxSignals.RealTime(64 - LinuxSignals.RealTimeMinimum));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinuxSignals.RealTime(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinuxSignals.RealTime(65 - LinuxSignals.RealTimeMinimum));
    }

    [Fact]
    public void A_signalfd_is_refused_where_a_thread_would_take_the_signal()
    {
        var options = new SignalSubscriptionOptions { Delivery = SignalDelivery.SignalFd };
        var exception = Assert.Throws<InvalidOperationException>(() => SignalSubscription.Open(options, SIGUSR1));
        Assert.Matches(@"Thread \d+ \(.+\) does not block SIGUSR1", exception.Message);
    }
}
