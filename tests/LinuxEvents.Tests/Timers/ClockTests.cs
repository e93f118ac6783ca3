namespace LinuxEvents.Tests;

/// <summary>Clocks beside the monotonic one, and what becomes of timers when somebody sets one. Only clocks over the seam are set here.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly Dictionary<TimerClock, ManualClock> _clocks = [];
    private readonly Selector _selector;
    private readonly List<string> _done = [];

    public ClockTests() => _selector = new Selector(new SelectorOptions { Clock = (selector, kind) => _clocks[kind] = new ManualClock(selector, kind) });

    public void Dispose() => _selector.Dispose();

    [Theory] // CHECKLIST 28
    [InlineData(TimerClock.Monotonic)]
    [InlineData(TimerClock.RealTime)]
    [InlineData(TimerClock.BootTime)]
    [InlineData(TimerClock.RealTimeAlarm)]
    [InlineData(TimerClock.BootTimeAlarm)]
    public void No_clocks_timers_are_early(TimerClock clock)
    {
        using var selector = new Selector();
        LoopClock reading;
        try
        {
            reading = selector.TimersOf(clock).Clock;
        }
        catch (LinuxEventsException e) when (e.Errno is Interop.Errno.EPERM or Interop.Errno.EOPNOTSUPP)
        {
            Assert.Skip($"{clock} is not to be had here: {e.Message}");
            return;
        }

        selector.RunUntilComplete(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                TimeSpan delay = TimeSpan.FromMicroseconds(i * 7);
                long due = reading.Now + delay.Ticks * 100;
                await selector.DelayAsync(delay, clock);
                Assert.True(reading.Now >= due, $"{due - reading.Now} ns early");
            }
        });
        Assert.Equal(0, selector.TimersOf(clock).Count);
    }

    [Fact]
    public void Boot_time_is_read_to_the_nanosecond_and_not_behind_the_monotonic_clock()
    {
        using var selector = new Selector();
        LoopClock boot = selector.TimersOf(TimerClock.BootTime).Clock;
        for (int i = 0; i < 1000; i++)
        {
            long monotonic = selector.GetTimestamp(), now = boot.Now;
            Assert.True(now >= monotonic && boot.Now >= now);
        }
    }

    [Fact] // CHECKLIST 28
    public void A_time_of_day_is_reached_and_not_before()
    {
        using var selector = new Selector();
        selector.RunUntilComplete(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                DateTimeOffset time = DateTimeOffset.UtcNow + TimeSpan.FromMicroseconds(i * 13);
                await selector.DelayUntilAsync(time);
                Assert.True(DateTimeOffset.UtcNow >= time);
            }

            await selector.DelayUntilAsync(DateTimeOffset.MinValue);
            using var source = new CancellationTokenSource();
            Task never = selector.DelayUntilAsync(DateTimeOffset.MaxValue, source.Token).AsTask();
            await selector.DelayAsync(TimeSpan.FromMilliseconds(1));
            Assert.False(never.IsCompleted);
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
        });
    }

    [Fact] // CHECKLIST 38
    public void Setting_the_clock_moves_times_of_day_and_nothing_else()
    {
        DateTimeOffset noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        int changes = 0;
        _selector.ClockChanged += (_, _) => changes++;
        Set(noon);
        Begin("monotonic", () => _selector.DelayAsync(TimeSpan.FromMinutes(10)));
        Begin("boot", () => _selector.DelayAsync(TimeSpan.FromMinutes(10), TimerClock.BootTime));
        Begin("13:00", () => _selector.DelayUntilAsync(noon.AddHours(1)));
        Begin("14:00", () => _selector.DelayUntilAsync(noon.AddHours(2)));
        Turn();
        Assert.Equal(1, changes);

        Set(noon.AddHours(-5));
        Turn();
        Assert.Empty(_done);
        Assert.Equal(2, changes);
        Pass(TimeSpan.FromMinutes(9));
        Assert.Empty(_done);
        Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(["monotonic", "boot"], _done);

        Set(noon.AddHours(1));
        Turn();
        Assert.Equal(["monotonic", "boot", "13:00"], _done);
        Set(noon.AddHours(1.5));
        Turn();
        Set(noon);
        Turn();
        Pass(TimeSpan.FromHours(2) - TimeSpan.FromTicks(1));
        Assert.Equal(3, _done.Count);
        Pass(TimeSpan.FromTicks(1));
        Assert.Equal("14:00", _done[^1]);
        Assert.Equal(5, changes);
    }

    [Fact] // CHECKLIST 38
    public void Of_those_who_are_told_that_the_clock_was_set_one_that_throws_leaves_the_others_told_and_the_timers_due()
    {
        DateTimeOffset noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        int told = 0;
        _selector.ClockChanged += static (_, _) => throw new InvalidDataException();
        _selector.ClockChanged += (_, _) => told++;
        Set(noon);
        Assert.Throws<InvalidDataException>(Turn);
        Assert.Equal(1, told);
        Begin("13:00", () => _selector.DelayUntilAsync(noon.AddHours(1)));
        Turn();
        Set(noon.AddHours(2));
        Assert.Throws<InvalidDataException>(Turn);
        Turn();
        Assert.Equal(2, told);
        Assert.Equal(["13:00"], _done);
    }

    [Fact] // CHECKLIST 38
    public void An_appointment_is_kept_once_for_each_date_however_the_clock_is_set()
    {
        DateTimeOffset date = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        var appointment = new DailyAppointment(_selector, new TimeOnly(3, 0), TimeZoneInfo.Utc);
        _selector.TimersOf(TimerClock.RealTime);
        Set(date.AddHours(1));
        Turn();
        _selector.Post(async () =>
        {
            try
            {
                while (true)
                    _done.Add((await appointment.WaitForNextAsync()).ToString("dd. HH:mm", System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (ObjectDisposedException)
            {
            }
        });
        Turn();
        Pass(TimeSpan.FromHours(2) - TimeSpan.FromTicks(1));
        Assert.Empty(_done);
        Pass(TimeSpan.FromTicks(1));
        Assert.Equal(["01. 03:00"], _done);

        // Back past the one that was kept: not again.
        Set(date.AddHours(2));
        Turn();
        Pass(TimeSpan.FromHours(5));
        Assert.Single(_done);
        // Forward past several: at once, and once.
        Set(date.AddDays(4).AddHours(12));
        Turn();
        Assert.Equal(["01. 03:00", "02. 03:00"], _done);
        Pass(TimeSpan.FromHours(15));
        Assert.Equal("06. 03:00", _done[^1]);
        // Back while it waits for the one after: there are others before it.
        Set(date.AddDays(1).AddHours(12));
        Turn();
        Pass(TimeSpan.FromHours(15));
        Assert.Equal("03. 03:00", _done[^1]);
    }

    [Fact]
    public void Appointments_survive_daylight_saving()
    {
        // From 02:00 to 03:00 on 29 March, and from 03:00 back to 02:00 on 25 October.
        TimeZoneInfo zone = Zone(new TimeOnly(2, 0), new TimeOnly(3, 0));
        var half = new DailyAppointment(_selector, new TimeOnly(2, 30), zone);
        static DateTimeOffset At(int month, int day, int hour, int minute, int offset) => new(2026, month, day, hour, minute, 0, TimeSpan.FromHours(offset));
        Assert.Equal(At(3, 28, 2, 30, 1), half.NextAfter(At(3, 28, 0, 0, 1)));
        Assert.Equal(At(3, 29, 3, 0, 2), half.NextAfter(At(3, 28, 2, 30, 1)));
        Assert.Equal(At(3, 30, 2, 30, 2), half.NextAfter(At(3, 29, 3, 0, 2)));
        Assert.Equal(At(10, 25, 2, 30, 2), half.NextAfter(At(10, 24, 12, 0, 2)));
        // The second half past two is none.
        Assert.Equal(At(10, 26, 2, 30, 1), half.NextAfter(At(10, 25, 2, 30, 2)));
        Assert.Equal(At(10, 26, 2, 30, 1), half.NextAfter(At(10, 25, 2, 15, 1)));

        // Every day of two years, each once and in order.
        DateTimeOffset moment = At(1, 1, 0, 0, 1);
        for (int day = 0; day < 730; day++)
        {
            DateTimeOffset next = half.NextAfter(moment);
            Assert.InRange(next - moment, day == 0 ? TimeSpan.FromHours(2.5) : TimeSpan.FromHours(23), TimeSpan.FromHours(25));
            Assert.Equal(new DateTime(2026, 1, 1).AddDays(day), TimeZoneInfo.ConvertTime(next, zone).Date);
            moment = next;
        }
    }

    [Theory]
    [InlineData("02:30:10")]
    [InlineData("00:00:00")]
    public void In_no_zone_an_appointment_is_early_or_left_out(string time)
    {
        // Also in such as have changed their standard time since: of these the runtime does not always know which times were skipped.
        TimeSpan hour = TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        foreach (TimeZoneInfo zone in (IEnumerable<TimeZoneInfo>)[.. TimeZoneInfo.GetSystemTimeZones(), Zone(new TimeOnly(2, 0), new TimeOnly(3, 0))])
        {
            var appointment = new DailyAppointment(_selector, TimeOnly.FromTimeSpan(hour), zone);
            DateTime Shown(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, zone).DateTime;
            DateTimeOffset next = appointment.NextAfter(new DateTimeOffset(2016, 1, 1, 12, 0, 0, TimeSpan.Zero));
            for (DateTime date = Shown(next).Date; date.Year == 2016; date = date.AddDays(1))
            {
                Assert.True(Shown(next) >= date + hour && Shown(next.AddTicks(-1)) < date + hour, $"{zone.Id}: {next:o} for {date:d}");
                Assert.Equal(zone.GetUtcOffset(next), next.Offset);
                next = appointment.NextAfter(next);
            }
        }
    }

    [Fact]
    public void An_appointment_at_a_midnight_that_is_skipped_is_when_the_date_begins()
    {
        // From 00:00 to 01:00, and from 01:00 back to 00:00.
        TimeZoneInfo zone = Zone(new TimeOnly(0, 0), new TimeOnly(1, 0));
        var midnight = new DailyAppointment(_selector, TimeOnly.MinValue, zone);
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.FromHours(2)), midnight.NextAfter(new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.FromHours(1))));
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.FromHours(2)), midnight.NextAfter(new DateTimeOffset(2026, 10, 24, 12, 0, 0, TimeSpan.FromHours(2))));
        Assert.Equal(new DateTimeOffset(2026, 10, 26, 0, 0, 0, TimeSpan.FromHours(1)), midnight.NextAfter(new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.FromHours(2))));
    }

    [Fact] // CHECKLIST 98
    public void Clocks_are_made_when_asked_for_once_and_closed_with_the_loop() => Descriptors.StayAsTheyWere(static () =>
    {
        using var selector = new Selector();
        int before = Descriptors.Count();
        selector.ClockChanged += static (_, _) => { };
        selector.TimersOf(TimerClock.RealTime);
        Assert.Equal(before + 1, Descriptors.Count());
        Task boot = selector.DelayAsync(TimeSpan.FromHours(1), TimerClock.BootTime).AsTask();
        Task day = selector.DelayUntilAsync(DateTimeOffset.UtcNow.AddHours(1)).AsTask();
        Assert.Throws<ArgumentOutOfRangeException>("clock", () => { _ = selector.DelayAsync(TimeSpan.Zero, (TimerClock)5); });
        selector.Dispose();
        Assert.All([boot, day], static task => Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(task.Wait).InnerException));
        Assert.Throws<ObjectDisposedException>(() => selector.TimersOf(TimerClock.RealTimeAlarm));
    });

    [Fact]
    public void An_idle_loop_is_not_woken_by_its_clocks()
    {
        using Selector selector = Selector.Start();
        selector.ClockChanged += static (_, _) => { };
        Task boot = selector.DelayAsync(TimeSpan.FromHours(1), TimerClock.BootTime).AsTask();
        Task day = selector.DelayUntilAsync(DateTimeOffset.UtcNow.AddHours(1)).AsTask();
        long turn = selector.InvokeAsync(() => Task.FromResult(selector.Turn)).Result;
        Thread.SpinWait(1_000_000);
        long later = selector.InvokeAsync(() => Task.FromResult(selector.Turn)).Result;
        Assert.InRange(later - turn, 1, 3);
        Assert.False(boot.IsCompleted || day.IsCompleted);
    }

    private static TimeZoneInfo Zone(TimeOnly begin, TimeOnly end)
    {
        var adjustment = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(begin.Ticks), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(end.Ticks), 10, 5, DayOfWeek.Sunday));
        return TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test", "test summer", [adjustment]);
    }

    private void Begin(string name, Func<ValueTask> wait) => _selector.Post(async () =>
    {
        await wait();
        _done.Add(name);
    });

    private void Set(DateTimeOffset time) => _clocks[TimerClock.RealTime].Set((time - DateTimeOffset.UnixEpoch).Ticks * 100);

    private void Pass(TimeSpan span)
    {
        foreach (ManualClock clock in _clocks.Values)
            clock.Advance(span.Ticks * 100);
        Turn();
    }

    private void Turn()
    {
        for (int i = 0; i < 8; i++)
        {
            _selector.RunOnce(TimeSpan.Zero);
            foreach (ManualClock clock in _clocks.Values)
                clock.Advance(0);
        }
    }
}
