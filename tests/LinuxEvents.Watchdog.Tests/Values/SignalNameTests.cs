namespace LinuxEvents.Watchdog.Tests;

public class SignalNameTests
{
    [Theory]
    [InlineData("SIGTERM", LinuxSignal.SIGTERM)]
    [InlineData("TERM", LinuxSignal.SIGTERM)]
    [InlineData("term", LinuxSignal.SIGTERM)]
    [InlineData("15", LinuxSignal.SIGTERM)]
    [InlineData("usr1", LinuxSignal.SIGUSR1)]
    [InlineData("40", (LinuxSignal)40)]
    public void Reads_names_and_numbers(string text, LinuxSignal expected)
    {
        Assert.True(SignalName.TryParse(text, out LinuxSignal signal));
        Assert.Equal(expected, signal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("32")]
    [InlineData("65")]
    [InlineData("-9")]
    [InlineData("SIGNOTHING")]
    [InlineData("None")]
    [InlineData("TERM,INT")]
    [InlineData("SIG")]
    public void Refuses_everything_else(string text) => Assert.False(SignalName.TryParse(text, out _));
}
