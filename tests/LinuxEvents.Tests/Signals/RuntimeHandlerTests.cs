using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Tests;

/// <summary>PosixSignalRegistration and Console.CancelKeyPress on a signal that is subscribed to.</summary>
public class RuntimeHandlerTests
{
    public static TheoryData<LinuxSignal> Signals => [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, (LinuxSignal)40];

    [Theory] // CHECKLIST 77
    [MemberData(nameof(Signals))]
    public void A_registration_made_before_may_be_disposed_during_the_subscription(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        program.Do($"register handler {signal} False");
        program.Do($"open it Relay {signal}");
        SendAndTake(program, signal);
        Assert.Equal("1", program.Do("called handler 1"));

        program.Do("unregister handler");
        SendAndTake(program, signal);
        program.Do("close it");
        program.Signal(signal);
        program.AssertEndsBy(signal);
    }

    [Theory] // CHECKLIST 77
    [MemberData(nameof(Signals))]
    public void A_registration_made_before_outlives_the_subscription(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        program.Do($"register handler {signal} True");
        program.Do($"open it Relay {signal}");
        SendAndTake(program, signal);
        program.Do("close it");
        Assert.Equal("1", program.Do("called handler 1"));

        program.Signal(signal);
        Assert.Equal("2", program.Do("called handler 2"));
        program.Do("unregister handler");
        program.Signal(signal);
        program.AssertEndsBy(signal);
    }

    [Theory] // CHECKLIST 77
    [MemberData(nameof(Signals))]
    public void A_registration_may_come_and_go_during_the_subscription(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        program.Do($"open it Relay {signal}");
        for (int round = 0; round < 3; round++)
        {
            program.Do($"register handler {signal} {round == 1}");
            SendAndTake(program, signal);
            Assert.Equal("1", program.Do("called handler 1"));
            program.Do("unregister handler");
            SendAndTake(program, signal);
            // Or the next registration would be told of this one.
            program.Do($"settle {signal}");
        }

        program.Do("close it");
        program.Signal(signal);
        program.AssertEndsBy(signal);
    }

    [Fact]
    public void A_registration_may_come_and_go_beside_subscriptions_that_come_and_go()
    {
        using var program = TestProgram.Start();
        program.Do("open it Relay SIGUSR1");
        for (int round = 0; round < 10; round++)
        {
            program.Do("register handler SIGUSR1 true");
            Assert.Equal("opened", program.Do("open other Relay SIGUSR1"));
            program.Do("close other");
            program.Do("unregister handler");
        }

        program.Signal(SIGUSR1);
        Assert.StartsWith("SIGUSR1 ", program.Do("take it"), StringComparison.Ordinal);
    }

    [Theory] // CHECKLIST 77
    [MemberData(nameof(Signals))]
    public void A_registration_made_during_the_subscription_outlives_it(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        program.Do($"open it Relay {signal}");
        program.Do($"register handler {signal} True");
        SendAndTake(program, signal);
        Assert.Equal("1", program.Do("called handler 1"));
        program.Do("close it");

        program.Signal(signal);
        Assert.Equal("2", program.Do("called handler 2"));
        program.Do($"open it Relay {signal}");
        SendAndTake(program, signal);
        Assert.Equal("3", program.Do("called handler 3"));
        program.Do("unregister handler");
        SendAndTake(program, signal);
        program.Do("close it");
        program.Signal(signal);
        program.AssertEndsBy(signal);
    }

    [Theory] // CHECKLIST 77
    [MemberData(nameof(Signals))]
    public void A_signal_that_comes_before_the_runtime_has_dealt_with_the_last_one_has_its_effect(LinuxSignal signal)
    {
        using var program = TestProgram.Start();
        program.Do($"open first Relay {signal}");
        program.Do($"register handler {signal} False");
        program.Do($"open it Relay {signal}");
        program.Do("close first");
        SendAndTake(program, signal);
        // The program closes and unregisters before the runtime has asked, or after: either way.
        program.Tell("unregister handler");
        program.Tell("close it");
        Assert.Equal("unregistered", program.Answer());
        Assert.Equal("closed", program.Answer());
        program.Signal(signal);
        program.AssertEndsBy(signal);
    }

    [Theory] // CHECKLIST 77
    [InlineData(true)]
    [InlineData(false)]
    public void The_consoles_event_is_raised_before_and_during_and_after_the_subscription(bool before)
    {
        using var program = TestProgram.Start();
        if (before)
            program.Do("keypress handler True");
        program.Do("open it Relay SIGINT");
        if (!before)
            program.Do("keypress handler True");

        SendAndTake(program, SIGINT);
        Assert.Equal("1", program.Do("called handler 1"));
        program.Do("close it");
        program.Signal(SIGINT);
        Assert.Equal("2", program.Do("called handler 2"));
    }

    [Fact] // CHECKLIST 77
    public void While_subscribed_a_handler_need_not_cancel()
    {
        using var program = TestProgram.Start();
        program.Do("register before SIGINT False");
        program.Do("open it Relay SIGINT");
        program.Do("keypress during False");
        SendAndTake(program, SIGINT);
        Assert.Equal("1", program.Do("called before 1"));
        Assert.Equal("1", program.Do("called during 1"));
        program.Do("close it");
        program.Signal(SIGINT);
        program.AssertEndsBy(SIGINT);
    }

    [Fact] // CHECKLIST 77
    public void The_consoles_event_decides_for_itself_when_it_was_there_before()
    {
        using var program = TestProgram.Start();
        program.Do("keypress handler False");
        program.Do("open it Relay SIGINT");
        program.Signal(SIGINT);
        program.AssertEndsBy(SIGINT);
    }

    private static void SendAndTake(TestProgram program, LinuxSignal signal)
    {
        program.Signal(signal);
        Assert.Equal($"{signal} User {TestProgram.Sender} 0", program.Do("take it"));
    }
}
