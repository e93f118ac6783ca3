using System.Globalization;
using System.Text.RegularExpressions;
using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Tests;

/// <summary>What a subscription means for the process as a whole: seen from outside.</summary>
public class SignalProcessTests
{
    [Fact] // CHECKLIST 71
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

    [Theory] // CHECKLIST 73
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

    [Fact] // CHECKLIST 73
    public void What_was_read_ahead_has_its_effect_after_all_though_the_pipe_is_full()
    {
        using var program = TestProgram.Start();
        program.Do("open it Relay 40 SIGUSR1");
        program.Do("open beside Relay 40"); // nothing of which is raised again
        program.Do("open witness Relay SIGUSR1");
        program.Do("queue 40 1");
        program.Do("take beside"); // so it is there
        program.Signal(SIGUSR1);
        program.Do("take witness");
        program.Do("close witness");
        Assert.StartsWith("40 ", program.Do("take it"), StringComparison.Ordinal);
        program.Do("queue 40 1000");
        program.Tell("close it");
        program.AssertEndsBy(SIGUSR1);
    }

    [Theory] // CHECKLIST 73
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

    [Fact] // CHECKLIST 73
    public void What_was_read_ahead_and_not_taken_has_its_effect_too()
    {
        using var program = TestProgram.Start();
        var signal = (LinuxSignal)40;
        program.Do($"open it Relay {signal}");
        Assert.Equal("queued", program.Do($"queue {signal} 10"));
        program.Do("take it");
        program.Tell("close it");
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

    [Theory] // CHECKLIST 74
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

    [Fact] // CHECKLIST 76
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

    [Fact] // CHECKLIST 76
    public void Ignored_signals_can_be_left_alone()
    {
        using var program = TestProgram.StartIgnoring("HUP INT");
        Assert.Equal("opened", program.Do("open it Relay+LeaveIgnored SIGHUP SIGTERM"));
        Assert.Equal("SIGTERM", program.Do("received it"));
        Assert.Equal("True", program.Do("ignored SIGHUP"));
        program.Signal(SIGHUP);
        program.Signal(SIGTERM);
        Assert.StartsWith("SIGTERM ", program.Do("take it"), StringComparison.Ordinal);
        Assert.Equal("opened", program.Do("open none Relay+LeaveIgnored SIGHUP SIGINT"));
        Assert.Equal("", program.Do("received none"));
        Assert.Equal("closed", program.Do("close none"));
        Assert.Equal("True", program.Do("ignored SIGHUP"));
    }

    [Fact] // CHECKLIST 78
    public void A_flood_of_real_time_signals_is_delivered_or_counted()
    {
        using var program = TestProgram.Start();
        Match match = Regex.Match(program.Do($"flood Relay {LinuxSignals.RealTime(1)} 90000"), @"^(\d+) taken, (\d+) dropped, ");
        Assert.True(match.Success, match.Value);
        Assert.Equal(90_000, int.Parse(match.Groups[1].Value) + int.Parse(match.Groups[2].Value));
    }

    [Fact] // CHECKLIST 59
    public void With_the_relay_children_inherit_nothing_blocked_and_no_longer_what_was_ignored()
    {
        using var program = TestProgram.StartIgnoring("HUP");
        Assert.Equal((0UL, true, 0UL, true), Inherited(program, SIGHUP));
        program.Do("open it Relay SIGHUP SIGTERM");
        Assert.Equal((0UL, false, 0UL, false), Inherited(program, SIGHUP));
        program.Do("close it");
        Assert.Equal((0UL, true, 0UL, true), Inherited(program, SIGHUP));
    }

    [Fact] // CHECKLIST 59
    public void With_a_signalfd_children_of_Process_inherit_its_signals_blocked_and_ours_do_not()
    {
        using var program = TestProgram.StartBlocking(SIGTERM);
        program.Do("open it SignalFd SIGTERM");
        Assert.Equal((SignalMask.Bit((int)SIGTERM), false, 0UL, false), Inherited(program, SIGTERM));
    }

    [Theory] // CHECKLIST 81
    [InlineData("Relay")]
    [InlineData("SignalFd+Block")]
    public void Signals_survive_another_thread_that_polls_the_loop(string delivery)
    {
        using var program = TestProgram.Start();
        Assert.Equal("500 taken", program.Do($"polled {delivery} {LinuxSignals.RealTime(1)} 500"));
    }

    /// <returns>For a child of <c>Process</c>, then for one of ours: what it blocks, and whether it ignores the signal.</returns>
    private static (ulong Blocked, bool Ignored, ulong OurBlocked, bool OurIgnored) Inherited(TestProgram program, LinuxSignal signal)
    {
        ulong[] masks = [.. program.Do("inherited").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(mask => ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        ulong bit = SignalMask.Bit((int)signal);
        return (masks[0], (masks[1] & bit) != 0, masks[2], (masks[3] & bit) != 0);
    }
}
