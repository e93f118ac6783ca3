using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>The plain timerfd.</summary>
public sealed class TimerFdTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact]
    public void Expires_after_the_time_and_never_before()
    {
        using var timer = new TimerFd();
        Assert.Equal(TimerFdResult.None, timer.TryRead(out ulong expirations));
        Assert.Equal(0UL, expirations);
        long start = Stopwatch.GetTimestamp();
        timer.Set(TimeSpan.FromMilliseconds(2));
        Assert.Equal(TimerFdResult.Expired, timer.Read(out expirations));
        Assert.Equal(1UL, expirations);
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(2));
        Assert.Null(timer.GetDueTime(out TimeSpan interval));
        Assert.Equal(TimeSpan.Zero, interval);
    }

    [Fact]
    public void Zero_is_at_once_and_not_never()
    {
        using var timer = new TimerFd();
        timer.Set(TimeSpan.Zero);
        Assert.Equal(TimerFdResult.Expired, timer.Read(out _));
        timer.SetAbsolute(TimeSpan.Zero);
        Assert.Equal(TimerFdResult.Expired, timer.Read(out _));
    }

    [Fact]
    public void An_interval_counts_what_was_not_read()
    {
        using var timer = new TimerFd();
        TimeSpan tick = TimeSpan.FromMicroseconds(100);
        ulong total = 0;
        long start = Stopwatch.GetTimestamp();
        timer.Set(tick, tick);
        while (total < 20)
        {
            Assert.Equal(TimerFdResult.Expired, timer.Read(out ulong expirations));
            Assert.True(expirations > 0);
            total += expirations;
        }

        Assert.True(Stopwatch.GetElapsedTime(start) >= tick * 20);
        Assert.NotNull(timer.GetDueTime(out TimeSpan interval));
        Assert.Equal(tick, interval);
    }

    [Fact]
    public void Disarming_forgets_what_it_had_to_report()
    {
        using var timer = new TimerFd();
        timer.Set(s_hour);
        Assert.InRange(timer.GetDueTime(out _)!.Value, TimeSpan.FromMinutes(59), s_hour);
        timer.Set(TimeSpan.Zero);
        using (var epoll = new Epoll())
        {
            epoll.Add(timer.Handle, EpollEvents.Read, 0);
            Assert.Equal(1, epoll.Wait(new EpollEvent[1], Timeout.InfiniteTimeSpan));
        }

        timer.Disarm();
        Assert.Equal(TimerFdResult.None, timer.TryRead(out _));
        Assert.Null(timer.GetDueTime(out _));
    }

    [Theory]
    [InlineData(TimerClock.RealTime)]
    [InlineData(TimerClock.BootTime)]
    public void Every_clock_takes_a_time_of_its_own(TimerClock clock)
    {
        using var timer = new TimerFd(clock);
        Assert.True(timer.SetAbsolute(TimeSpan.FromTicks(1)));
        Assert.Equal(TimerFdResult.Expired, timer.Read(out ulong expirations));
        Assert.Equal(1UL, expirations);
    }

    [Theory]
    [InlineData(TimerClock.RealTimeAlarm)]
    [InlineData(TimerClock.BootTimeAlarm)]
    public void Alarm_clocks_need_a_permission(TimerClock clock)
    {
        TimerFd timer;
        try
        {
            timer = new TimerFd(clock);
        }
        catch (LinuxEventsException e)
        {
            Assert.Contains(e.Errno, new[] { Errno.EPERM, Errno.EOPNOTSUPP });
            return;
        }

        using (timer)
        {
            Assert.Equal(clock, timer.Clock);
            timer.Set(TimeSpan.FromTicks(1));
            Assert.Equal(TimerFdResult.Expired, timer.Read(out _));
        }
    }

    [Fact] // CHECKLIST 28
    public void Times_are_taken_to_the_nanosecond()
    {
        using var timer = new TimerFd();
        for (int i = 0; i < 200; i++)
        {
            long due = Stopwatch.GetTimestamp() + i * 501 + 1;
            Assert.True(timer.SetNanoseconds(due, absolute: true));
            Assert.Equal(TimerFdResult.Expired, timer.Read(out _));
            Assert.True(Stopwatch.GetTimestamp() >= due);
        }

        Assert.True(timer.SetNanoseconds(0, 1_000_000_007));
        Assert.Equal(TimerFdResult.Expired, timer.Read(out _));
        // What is told back is rounded up to 100 ns.
        Assert.NotNull(timer.GetDueTime(out TimeSpan interval));
        Assert.Equal(10_000_001, interval.Ticks);
        Assert.True(timer.SetNanoseconds(long.MaxValue, absolute: true));
        Assert.Equal(TimerFdResult.None, timer.TryRead(out _));
        Assert.Throws<ArgumentOutOfRangeException>("value", () => timer.SetNanoseconds(-1));
        Assert.Throws<ArgumentException>("cancelOnSet", () => timer.SetNanoseconds(1, cancelOnSet: true));
    }

    [Fact]
    public void A_calendar_time_is_a_time_on_the_real_time_clock()
    {
        using var timer = new TimerFd(TimerClock.RealTime);
        Assert.True(timer.SetAbsolute(DateTimeOffset.UtcNow + s_hour, cancelOnSet: true));
        Assert.InRange(timer.GetDueTime(out _)!.Value, TimeSpan.FromMinutes(59), s_hour + TimeSpan.FromMinutes(1));
        Assert.True(timer.SetAbsolute(DateTimeOffset.UtcNow - s_hour));
        Assert.Equal(TimerFdResult.Expired, timer.Read(out _));
    }

    [Fact]
    public void Bad_times_and_clocks_are_refused()
    {
        using var timer = new TimerFd();
        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => timer.Set(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>("interval", () => timer.Set(TimeSpan.Zero, TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>("time", () => timer.SetAbsolute(TimeSpan.MaxValue));
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxEventsException>(() => new TimerFd((TimerClock)77)).Errno);
    }

    [Fact]
    public void Is_awaited_like_any_descriptor()
    {
        using var selector = new Selector();
        using var timer = new TimerFd();
        using FdRegistration registration = selector.Register(timer.Handle);
        selector.RunUntilComplete(async () =>
        {
            timer.Set(TimeSpan.FromMilliseconds(1));
            Assert.Equal(PollEvents.Read, await registration.WaitAsync(PollEvents.Read));
            Assert.Equal(TimerFdResult.Expired, timer.TryRead(out _));
        });
    }
}
