namespace LinuxEvents.Watchdog.Tests;

public class RestartTrackerTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_stable = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("never", true, false)]
    [InlineData("never", false, false)]
    [InlineData("on-failure", true, false)]
    [InlineData("on-failure", false, true)]
    [InlineData("always", true, true)]
    [InlineData("always", false, true)]
    public void The_policy_decides_by_the_way_a_run_ended(string policy, bool succeeded, bool restarts)
    {
        Assert.True(Keyword<RestartPolicy>.TryParse(policy, out RestartPolicy value));
        RestartDecision decision = Tracker(value).RunEnded(succeeded, s_short);
        Assert.Equal(restarts, decision.Number > 0);
        Assert.False(decision.LimitReached);
    }

    [Fact]
    public void Each_wait_is_the_last_one_times_the_factor_up_to_the_maximum()
    {
        RestartTracker tracker = Tracker(RestartPolicy.Always);
        double[] waits = [.. Enumerable.Range(0, 6).Select(_ => tracker.RunEnded(false, s_short).Delay.TotalMilliseconds)];
        Assert.Equal([100, 200, 400, 800, 1000, 1000], waits);
    }

    [Fact]
    public void A_stable_run_starts_the_row_anew()
    {
        RestartTracker tracker = Tracker(RestartPolicy.Always, limit: 2);
        Assert.Equal(1, tracker.RunEnded(false, s_short).Number);
        Assert.Equal(2, tracker.RunEnded(false, s_short).Number);
        RestartDecision afterStable = tracker.RunEnded(false, s_stable);
        Assert.Equal((1, 100d), (afterStable.Number, afterStable.Delay.TotalMilliseconds));
    }

    [Fact]
    public void The_limit_ends_a_row()
    {
        RestartTracker tracker = Tracker(RestartPolicy.OnFailure, limit: 2);
        tracker.RunEnded(false, s_short);
        tracker.RunEnded(false, s_short);
        Assert.Equal(new RestartDecision(0, TimeSpan.Zero, LimitReached: true), tracker.RunEnded(false, s_short));
    }

    [Fact]
    public void A_limit_of_zero_allows_no_restart() => Assert.True(Tracker(RestartPolicy.Always, limit: 0).RunEnded(true, s_short).LimitReached);

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void No_number_of_restarts_overflows(int restart)
    {
        Assert.InRange(Backoff.Default.DelayBefore(restart), Backoff.Default.Initial, Backoff.Default.Maximum);
        Assert.Equal(TimeSpan.Zero, (Backoff.Default with { Initial = TimeSpan.Zero }).DelayBefore(restart));
    }

    private static RestartTracker Tracker(RestartPolicy policy, int? limit = null) => new(new RestartSettings(
        policy, new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), 2, s_stable), limit));
}
