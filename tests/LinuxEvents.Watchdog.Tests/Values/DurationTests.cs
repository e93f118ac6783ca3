namespace LinuxEvents.Watchdog.Tests;

public class DurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("10", 10_000)]
    [InlineData("0.5", 500)]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h5s250ms", 3_605_250)]
    [InlineData("1d", 86_400_000)]
    [InlineData("49d", 49 * 86_400_000d)]
    public void Reads_what_people_write(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1s")]
    [InlineData("1 s")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("10 parsecs")]
    [InlineData("10S")]
    [InlineData("1s1s")]
    [InlineData("1s1m")]
    [InlineData("1..5s")]
    [InlineData("1s5")]
    [InlineData("49d1s")]
    [InlineData("99999999999999999999999d")]
    public void Refuses_everything_else(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(400, "400ms")]
    [InlineData(1500, "1.5s")]
    [InlineData(10_000, "10s")]
    [InlineData(90_000, "1m30s")]
    [InlineData(7_200_000, "2h")]
    [InlineData(90_000_000, "25h")]
    public void Writes_it_the_same_way(double milliseconds, string text)
    {
        Assert.Equal(text, Duration.Format(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.True(Duration.TryParse(text, out TimeSpan again));
        Assert.Equal(milliseconds, again.TotalMilliseconds);
    }
}
