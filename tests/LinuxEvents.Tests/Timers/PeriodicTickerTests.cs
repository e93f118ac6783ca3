namespace LinuxEvents.Tests;

/// <summary>Rhythm, and what becomes of ticks that are missed.</summary>
public sealed class PeriodicTickerTests : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(10);

    private readonly Selector _selector;
    private readonly ManualTimeProvider _provider = new();

    public PeriodicTickerTests() => _selector = new Selector(new SelectorOptions { TimeProvider = _provider, AutoAdvance = _provider.Advance });

    public void Dispose() => _selector.Dispose();

    [Theory] // CHECKLIST 37
    [InlineData(MissedTickPolicy.Skip, "10+0 20+0 55+2 60+0 70+0 80+0", 2)]
    [InlineData(MissedTickPolicy.Burst, "10+0 20+0 55+2 55+1 55+0 60+0", 0)]
    [InlineData(MissedTickPolicy.Delay, "10+0 20+0 55+2 65+0 75+0 85+0", 2)]
    public void Missed_ticks_are_dealt_with_as_the_policy_says_and_counted(MissedTickPolicy policy, string expected, int missed)
    {
        List<string> ticks = [];
        using var ticker = new PeriodicTicker(_selector, s_period, policy);
        _selector.RunUntilComplete(async () =>
        {
            long start = _selector.GetTimestamp();
            for (int i = 0; i < 6; i++)
            {
                long more = await ticker.WaitForNextTickAsync();
                ticks.Add($"{(_selector.GetTimestamp() - start) / 1_000_000}+{more}");
                if (i == 1)
                    _provider.Advance(TimeSpan.FromMilliseconds(35));
            }
        });
        Assert.Equal(expected, string.Join(' ', ticks));
        Assert.Equal((6, missed), (ticker.Ticks, ticker.Missed));
    }

    [Fact] // CHECKLIST 37
    public void No_rhythm_drifts()
    {
        using var ticker = new PeriodicTicker(_selector, s_period);
        long start = _selector.GetTimestamp();
        _selector.RunUntilComplete(async () =>
        {
            for (int i = 1; i <= 1000; i++)
            {
                Assert.Equal(0, await ticker.WaitForNextTickAsync());
                Assert.Equal(i * 10_000_000L, _selector.GetTimestamp() - start);
                // Served late each time, but not by a whole period.
                _provider.Advance(TimeSpan.FromMilliseconds(i % 10));
            }
        });
    }

    [Fact] // CHECKLIST 30, 37
    public void Ticks_that_are_made_up_for_leave_descriptors_their_turn()
    {
        using var counter = new EventFd(1);
        using FdRegistration registration = _selector.Register(counter.Handle);
        using var ticker = new PeriodicTicker(_selector, s_period, MissedTickPolicy.Burst);
        _provider.Advance(s_period * 100);
        int ready = 0;
        _selector.RunUntilComplete(async () =>
        {
            async Task ServeAsync()
            {
                while (ticker.Ticks < 100)
                {
                    await registration.WaitAsync(PollEvents.Read);
                    ready++;
                }
            }

            Task serving = ServeAsync();
            for (int i = 0; i < 100; i++)
                Assert.Equal(99 - i, await ticker.WaitForNextTickAsync());
            await serving;
        });
        Assert.True(ready >= 99, $"{ready}");
    }

    [Fact]
    public void A_wait_that_is_cancelled_loses_no_tick_and_two_at_once_are_refused()
    {
        using var ticker = new PeriodicTicker(_selector, s_period);
        using var source = new CancellationTokenSource();
        _selector.RunUntilComplete(async () =>
        {
            ValueTask<long> wait = ticker.WaitForNextTickAsync(source.Token);
            Assert.Throws<InvalidOperationException>(() => { _ = ticker.WaitForNextTickAsync(); });
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait);
            long due = ticker.NextTick;
            Assert.Equal(0, await ticker.WaitForNextTickAsync());
            Assert.Equal(due, _selector.GetTimestamp());
        });
    }

    [Fact]
    public void Disposing_ends_the_wait()
    {
        using var ticker = new PeriodicTicker(_selector, TimeSpan.FromHours(1));
        ValueTask<long> wait = ticker.WaitForNextTickAsync();
        ticker.Dispose();
        Assert.Throws<ObjectDisposedException>(() => wait.GetAwaiter().GetResult());
        Assert.Throws<ObjectDisposedException>(() => { _ = ticker.WaitForNextTickAsync(); });
        Assert.Equal(0, _selector.Timers.Count);
    }

    [Fact]
    public void Bad_periods_policies_and_slacks_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("period", () => new PeriodicTicker(_selector, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => new PeriodicTicker(_selector, TimeSpan.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>("policy", () => new PeriodicTicker(_selector, s_period, (MissedTickPolicy)3));
        Assert.Throws<ArgumentOutOfRangeException>("slack", () => new PeriodicTicker(_selector, s_period, slack: TimeSpan.FromTicks(-1)));
    }

    [Fact] // CHECKLIST 28, 32
    public void On_the_kernels_clock_ticks_are_never_early_and_allocate_nothing()
    {
        using var selector = new Selector();
        using var ticker = new PeriodicTicker(selector, TimeSpan.FromMicroseconds(100), MissedTickPolicy.Burst);
        long first = ticker.NextTick, early = 0, allocated = 0;
        selector.RunUntilComplete(async () =>
        {
            for (int i = 0; i < 2000; i++)
            {
                if (i == 1000)
                    allocated = GC.GetAllocatedBytesForCurrentThread();
                await ticker.WaitForNextTickAsync();
                early += selector.GetTimestamp() < first + i * 100_000L ? 1 : 0;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        });
        Assert.Equal(0, early);
        Assert.InRange(allocated, 0, 16_384);
    }
}
