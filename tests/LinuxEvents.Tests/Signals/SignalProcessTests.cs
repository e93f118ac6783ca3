using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Tests;

/// <summary>What a subscription means for the process as a whole: seen from outside.</summary>
public class SignalProcessTests
{
    [Fact]
    public void No_signal_ends_a_process_that_is_subscribed_to_it()
    {
        using var program = TestProgram.Start();
        LinuxSignal[] signals =
        [
            SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGXCPU,
            SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, LinuxSignals.RealTime(1), (LinuxSignal)64,
        ];
        foreach (LinuxSignal signal in signals)
        {
            Assert.Equal("opened", program.Do($"open it Relay {signal}"));
            program.Signal(signal);
            Assert.Equal($"{signal} User {TestProgram.Sender} 0", program.Do("take it"));
            program.Signal(signal);
            Assert.Equal($"{signal} User {TestProgram.Sender} 0", program.Do("take it"));
            Assert.Equal("closed", program.Do("close it"));
        }
    }

    [Theory]
    [InlineData(SIGTERM)]
    [InlineData(SIGINT)]
    [InlineData(SIGQUIT)]
    [InlineData(SIGHUP)]
    [InlineData(SIGUSR1)]
    [InlineData((LinuxSignal)40)]
    public void With_the_last_subscription_the_default_action_is_back(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        program.Do($"open one Relay {signal}");
        program.Do($"open other Relay SIGUSR2 {signal}");
        program.Signal(signal);
        Assert.StartsWith($"{signal} ", program.Do("take one"), StringComparison.Ordinal);
        Assert.StartsWith($"{signal} ", program.Do("take other"), StringComparison.Ordinal);
        program.Do("close one");
        program.Signal(signal);
        Assert.StartsWith($"{signal} ", program.Do("take other"), StringComparison.Ordinal);
        program.Do("close other");

        program.Signal(signal);
        program.AssertEndsBy(signal);
    }

    [Theory]
    [InlineData(SIGTERM)]
    [InlineData(SIGINT)]
    [InlineData(SIGHUP)]
    [InlineData(SIGUSR1)]
    [InlineData((LinuxSignal)40)]
    public void What_the_last_subscription_did_not_take_has_its_effect_after_all(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        program.Do($"open one Relay {signal}");
        program.Do($"open other Relay {signal}");
        program.Signal(signal);
        program.Do("take one"); // so it is there
        Assert.Equal("closed", program.Do("close one"));
        program.Tell("close other");
        program.AssertEndsBy(signal);
    }

    [Theory]
    [InlineData(SIGTERM)]
    [InlineData(SIGINT)]
    [InlineData(SIGHUP)]
    [InlineData(SIGUSR1)]
    public void A_signal_that_was_taken_has_no_late_effect(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        Assert.Equal("2000", program.Do($"churn {signal} 2000"));
        program.Signal(signal);
        program.AssertEndsBy(signal);
    }

    [Theory]
    [InlineData(SIGTERM)]
    [InlineData(SIGUSR1)]
    public void A_signal_at_the_subscriptions_end_is_taken_or_has_its_effect(LinuxSignal signal)
    {
        int taken = 0, killed = 0;
        for (int run = 0; run < 20; run++)
        {
            using var program = TestProgram.Start();
            program.Tell($"race {signal} 20");
            string? answer;
            while ((answer = program.Answer()) == "taken")
                taken++;
            if (answer is null)
            {
                program.AssertEndsBy(signal);
                killed++;
            }
        }

        Assert.True(taken > 0 && killed > 0, $"{taken} taken and {killed} killed are no race.");
    }

    [Fact]
    public void An_ignored_signal_is_received_and_ignored_again()
    {
        using var program = TestProgram.StartIgnoring("HUP INT");
        foreach (LinuxSignal signal in new[] { SIGHUP, SIGINT })
        {
            Assert.Equal("True", program.Do($"ignored {signal}"));
            program.Signal(signal);
            program.Do($"open it Relay {signal}");
            Assert.Equal("False", program.Do($"ignored {signal}"));
            program.Signal(signal);
            Assert.StartsWith($"{signal} ", program.Do("take it"), StringComparison.Ordinal);
            program.Signal(signal);
            Assert.Equal("closed", program.Do("close it"));
            Assert.Equal("True", program.Do($"ignored {signal}"));
            program.Signal(signal);
            Assert.Equal("True", program.Do($"ignored {signal}"));
        }

        Assert.Equal("False", program.Do("ignored SIGTERM"));
    }
}
