namespace LinuxEvents.Watchdog.Tests;

public class DemoTests
{
    [Fact]
    public void The_demo_shows_every_character_and_ends_well()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("up", Path.Combine(AppContext.BaseDirectory, "demo.json"));
        foreach (string text in (string[])["ticker   | ", "crasher  ! ", "crasher  * restart 2 in 500ms", "job      * exited with code 0", "watchdog * reloaded: 0 stopped, 0 to start, 4 left alone"])
            watchdog.WaitForLine(text);
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(0, watchdog.WaitForExit());
        Assert.Equal(1, watchdog.CountLines("stubborn | no, thanks"));
        Assert.Equal(1, watchdog.CountLines("stubborn * still running after 1.5s: SIGKILL"));
        string[] table = [.. watchdog.Lines.Where(line => line.StartsWith('│'))];
        Assert.Equal(["Service", "ticker", "crasher", "stubborn", "job"], table.Select(line => line.Split('│')[1].Trim()));
    }
}
