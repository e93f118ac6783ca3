using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Extensions.Hosting.Tests;

/// <summary>What real signals do to a generic host.</summary>
public sealed class SignalTests
{
    [Theory]
    [InlineData(SIGTERM)]
    [InlineData(SIGINT)]
    [InlineData(SIGQUIT)]
    public void A_signal_stops_the_host_in_order_and_is_logged_with_its_sender(LinuxSignal signal)
    {
        using var service = new RunningService();
        service.Expect("read 1");
        service.Expect("started");
        service.Signal(signal);
        service.Expect($"Stopping: {signal} from {RunningService.Sender}");
        service.Expect("stopping");
        service.Expect("ended");
        Assert.Equal(0, service.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_host_of_the_older_builder_stops_too()
    {
        using var service = new RunningService("old");
        service.Expect("started");
        service.Signal(SIGTERM);
        service.Expect("stopping");
        service.Expect("ended");
        Assert.Equal(0, service.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_second_interrupt_ends_a_host_that_does_not_stop() => Assert.Equal(SIGINT, EndBySecondInterrupt("slow").Signal);

    [Fact]
    public void A_second_interrupt_ends_it_though_others_handle_interrupts() => Assert.Equal(128 + (int)SIGINT, EndBySecondInterrupt("slow held").ExitCode);

    [Fact]
    public void Hang_up_reads_the_configuration_again()
    {
        using var service = new RunningService();
        service.Expect("read 1");
        service.Expect("started");
        for (int read = 2; read < 5; read++)
        {
            service.Signal(SIGHUP);
            service.Expect($"Reloading: SIGHUP from {RunningService.Sender}");
            service.Expect($"read {read}");
        }

        service.Signal(SIGTERM);
        service.Expect("Stopping");
        Assert.Equal(0, service.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_terminal_that_goes_away_stops_the_host()
    {
        using var service = new RunningService(onTerminal: true);
        service.Expect("read 1");
        service.Expect("started");
        service.HangUp();
        service.Expect("Stopping: SIGHUP from process 0 of user 0");
        service.Expect("stopping");
        service.Expect("ended");
        Assert.Equal(0, service.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_logger_that_throws_does_not_make_the_process_immortal()
    {
        using var service = new RunningService("unlogged");
        service.Expect("read 1");
        service.Expect("started");
        service.Signal(SIGTERM);
        service.Expect("no log today");
        service.Signal(SIGTERM);
        // The virtual machine answers SIGTERM by an orderly exit.
        Assert.Equal(128 + (int)SIGTERM, service.WaitForExit().ToShellCode());
    }

    [Fact]
    public void A_hook_that_fails_leaves_the_service_as_it_was()
    {
        using var service = new RunningService("hook");
        service.Expect("read 1");
        service.Expect("started");
        for (int i = 0; i < 2; i++)
        {
            service.Signal(SIGHUP);
            service.Expect("Reloading: SIGHUP");
            service.Expect("hook");
            service.Expect("Reloading failed");
        }

        service.Signal(SIGTERM);
        service.Expect("Stopping");
        Assert.Equal(0, service.WaitForExit().ExitCode);
    }

    [Fact]
    public void What_nohup_ignores_stays_ignored()
    {
        using var service = new RunningService(before: "trap '' HUP;");
        service.Expect("read 1");
        service.Expect("started");
        service.Signal(SIGHUP);
        service.Signal(SIGTERM);
        service.Expect("Stopping: SIGTERM");
        Assert.Equal(0, service.WaitForExit().ExitCode);
    }

    private static ExitStatus EndBySecondInterrupt(string words)
    {
        using var service = new RunningService(words);
        service.Expect("read 1");
        service.Expect("started");
        service.Signal(SIGTERM);
        service.Expect("Stopping: SIGTERM");
        service.Expect("stopping");
        service.Signal(SIGINT);
        service.Expect("Ending at once: another SIGINT");
        return service.WaitForExit();
    }
}
