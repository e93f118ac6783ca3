using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Tests;

/// <summary>Delivery by signalfd, in a program that was started with its signals blocked.</summary>
public class SignalFdDeliveryTests
{
    private static readonly LinuxSignal s_low = LinuxSignals.RealTime(1);
    private static readonly LinuxSignal s_high = LinuxSignals.RealTime(2);

    [Fact] // CHECKLIST 22
    public void Signals_come_with_their_sender_and_nobody_else_gets_them()
    {
        using var program = TestProgram.StartBlocking(SIGTERM, SIGUSR1);
        Assert.Equal("opened", program.Do("open it SignalFd SIGTERM SIGUSR1"));
        program.Signal(SIGTERM);
        Assert.Equal($"SIGTERM User {TestProgram.Sender} 0", program.Do("take it"));
        program.Signal(SIGUSR1);
        Assert.Equal($"SIGUSR1 User {TestProgram.Sender} 0", program.Do("take it"));
    }

    [Fact] // CHECKLIST 69, 70
    public void Real_time_signals_come_in_order_the_lowest_number_first()
    {
        using var program = TestProgram.StartBlocking(s_low, s_high);
        Assert.Equal("opened", program.Do($"open it SignalFd {s_low} {s_high}"));
        Assert.Equal("queued", program.Do($"queue {s_high} 500"));
        Assert.Equal("queued", program.Do($"queue {s_low} 500"));
        foreach (LinuxSignal signal in new[] { s_low, s_high })
        {
            for (int i = 0; i < 500; i++)
                Assert.Equal($"{signal} Queue {program.Id} {i}", program.Do("take it"));
        }
    }

    [Fact]
    public void A_signal_that_one_thread_does_not_block_is_refused()
    {
        using var program = TestProgram.StartBlocking(SIGUSR1);
        string answer = program.Do("open it SignalFd SIGUSR1 SIGUSR2");
        Assert.Contains("does not block SIGUSR2,", answer, StringComparison.Ordinal);
        Assert.Equal("opened", program.Do("open it SignalFd SIGUSR1"));
    }

    [Fact]
    public void A_thread_that_does_not_block_the_signal_is_seen_while_it_creates_others()
    {
        using var program = TestProgram.StartBlocking(SIGUSR1);
        Assert.Equal("refused", program.Do("unblock SIGUSR1 1000"));
        // A thread that has been joined may take a moment to be gone.
        Until.True(() => program.Do("open it SignalFd SIGUSR1") == "opened", "the end of the thread");
    }

    [Fact]
    public void A_second_subscription_to_the_same_signal_is_refused_while_the_first_lives()
    {
        using var program = TestProgram.StartBlocking(SIGUSR1, SIGUSR2);
        program.Do("open one SignalFd SIGUSR1 SIGUSR2");
        string answer = program.Do("open other SignalFd SIGUSR1");
        Assert.StartsWith("InvalidOperationException: There is a subscription by signalfd to SIGUSR1", answer, StringComparison.Ordinal);
        program.Do("close one");
        Assert.Equal("opened", program.Do("open other SignalFd SIGUSR1"));
    }

    [Fact]
    public void What_nobody_took_waits_for_the_next_subscription()
    {
        using var program = TestProgram.StartBlocking(SIGUSR1);
        program.Do("open it SignalFd SIGUSR1");
        program.Signal(SIGUSR1);
        program.Do("close it");
        program.Do("open it SignalFd SIGUSR1");
        Assert.Equal($"SIGUSR1 User {TestProgram.Sender} 0", program.Do("take it"));
    }

    [Fact]
    public void What_was_read_ahead_and_not_taken_waits_for_the_next_subscription_too()
    {
        using var program = TestProgram.StartBlocking(s_low, SIGUSR1);
        program.Do($"open it SignalFd {s_low} SIGUSR1");
        program.Signal(SIGUSR1);
        program.Do($"queue {s_low} 30");
        Assert.Equal($"SIGUSR1 User {TestProgram.Sender} 0", program.Do("take it"));
        for (int i = 0; i < 30; i++)
        {
            if (i % 7 == 3)
            {
                program.Do("close it");
                program.Do($"open it SignalFd {s_low}");
            }

            Assert.Equal($"{s_low} Queue {program.Id} {i}", program.Do("take it"));
        }
    }

    [Theory] // CHECKLIST 69: nearly as many as the kernel queues for one user
    [InlineData("SignalFd")]
    [InlineData("SignalFd+Block")]
    public void A_flood_of_real_time_signals_comes_whole_and_in_order(string delivery)
    {
        using var program = delivery == "SignalFd" ? TestProgram.StartBlocking(s_low) : TestProgram.Start();
        Assert.Equal("90000 taken, 0 dropped, in order", program.Do($"flood {delivery} {s_low} 90000"));
    }

    [Fact] // CHECKLIST 71
    public void Every_thread_can_be_made_to_block_the_signals()
    {
        using var program = TestProgram.Start();
        Assert.Equal("opened", program.Do("open it SignalFd+Block SIGTERM SIGUSR1"));
        program.Signal(SIGTERM);
        Assert.Equal($"SIGTERM User {TestProgram.Sender} 0", program.Do("take it"));
        program.Do("close it");
        // They stay blocked, so that nothing is lost in between.
        program.Signal(SIGUSR1);
        Assert.Equal("opened", program.Do("open it SignalFd SIGTERM SIGUSR1"));
        Assert.Equal($"SIGUSR1 User {TestProgram.Sender} 0", program.Do("take it"));
    }

    [Fact]
    public void Threads_are_made_to_block_the_signals_while_the_collector_stops_them()
    {
        using var program = TestProgram.Start();
        Assert.Equal("4", program.Do("collect 4"));
    }
}
