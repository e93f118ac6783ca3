namespace LinuxEvents.Tests;

/// <summary>Raw timers, in time that the test makes pass.</summary>
public sealed class LoopTimerTests : IDisposable
{
    private readonly Selector _selector;
    private readonly ManualClock _clock;
    private readonly List<int> _fired = [];

    public LoopTimerTests() => _selector = ManualClock.NewSelector(out _clock);

    public void Dispose() => _selector.Dispose();

    [Fact] // CHECKLIST 29
    public void Timers_fire_by_due_time_to_the_nanosecond_and_equal_ones_as_they_were_started()
    {
        long now = _selector.GetTimestamp();
        long[] due = [7, 3, 3, 90_000, 70_000, 1, 70_001, 69_999, 70_000, 3, 20_000_000, 5_000_000_000, 20_000_000];
        for (int i = 0; i < due.Length; i++)
            Make(i).StartAt(now + due[i]);
        foreach (long time in due.Order().Distinct())
        {
            _clock.Pass(now + time - 1 - _selector.GetTimestamp());
            Assert.DoesNotContain(due.Select(static (_, i) => i).Where(i => due[i] == time), _fired.Contains);
            _clock.Pass(1);
        }

        Assert.Equal(due.Select(static (time, i) => (time, i)).OrderBy(static timer => timer.time).Select(static timer => timer.i), _fired);
    }

    [Fact] // CHECKLIST 29
    public void Equal_due_times_keep_their_order_however_the_wheel_stood_when_they_were_started()
    {
        // Far away at first, nearer and nearer later: each comes into another wheel.
        long due = _selector.GetTimestamp() + 10_000_000_000;
        for (int i = 0; i < 40; i++)
        {
            Make(i).StartAt(due);
            _clock.Pass((due - _selector.GetTimestamp()) / 2);
        }

        _clock.Pass(due - _selector.GetTimestamp());
        Assert.Equal(Enumerable.Range(0, 40), _fired);
    }

    [Fact] // CHECKLIST 31
    public void A_cancelled_timer_never_fires()
    {
        LoopTimer other = Make(2), again = null!;
        LoopTimer first = new(_selector, _ =>
        {
            _fired.Add(1);
            Assert.True(other.Cancel());
            Assert.False(again.Cancel());
        });
        again = first;
        Assert.False(first.Cancel());
        first.Start(TimeSpan.FromMilliseconds(1));
        other.Start(TimeSpan.FromMilliseconds(1));
        LoopTimer before = Make(3);
        before.Start(TimeSpan.FromMilliseconds(1));
        Assert.True(before.IsActive);
        Assert.True(before.Cancel());
        Assert.False(before.Cancel());
        Assert.False(before.IsActive);
        _clock.Pass(2_000_000);
        Assert.Equal([1], _fired);
        Assert.False(first.Cancel());
        Assert.False(other.Cancel());
        Assert.Equal(0, _selector.Timers.Count);
    }

    [Fact] // CHECKLIST 32
    public void A_timer_may_start_itself_again_and_cancel_itself()
    {
        LoopTimer timer = null!;
        int left = 5;
        timer = new LoopTimer(_selector, _ =>
        {
            _fired.Add(left);
            timer.StartAt(_selector.GetTimestamp() + 1_000_000);
            if (--left == 0)
                Assert.True(timer.Cancel());
        });
        timer.Start(TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 10; i++)
            _clock.Pass(1_000_000);
        Assert.Equal([5, 4, 3, 2, 1], _fired);
    }

    [Fact] // CHECKLIST 33
    public void A_timer_that_is_started_anew_counts_for_its_new_time_alone()
    {
        LoopTimer timer = Make(1);
        timer.Start(TimeSpan.FromSeconds(10));
        _clock.Pass(0);
        Assert.Equal(1, _clock.ArmCount);
        timer.Start(TimeSpan.FromSeconds(1));
        _clock.Pass(0);
        Assert.Equal(2, _clock.ArmCount);
        timer.Start(TimeSpan.FromSeconds(5));
        _clock.Pass(4_999_999_999);
        Assert.Empty(_fired);
        _clock.Pass(1);
        Assert.Equal([1], _fired);
        _clock.Pass(10_000_000_000);
        Assert.Equal([1], _fired);
    }

    [Fact] // CHECKLIST 30
    public void What_is_started_for_the_past_in_a_turn_is_due_in_the_next_and_in_between_come_posts()
    {
        LoopTimer timer = null!;
        timer = new LoopTimer(_selector, _ =>
        {
            _fired.Add(1);
            timer.StartAt(0);
            _selector.Post(() => _fired.Add(2));
        });
        timer.StartAt(0);
        for (int i = 0; i < 6; i++)
        {
            _clock.Advance(0);
            _selector.RunOnce(TimeSpan.Zero);
        }

        Assert.StartsWith("1 2 1 2", string.Join(' ', _fired));
        Assert.DoesNotContain("1 1", string.Join(' ', _fired));
    }

    [Fact] // CHECKLIST 30
    public void One_that_is_too_young_for_a_turn_does_not_keep_older_ones_from_it()
    {
        using var counter = new EventFd(1);
        using FdRegistration registration = _selector.Register(counter.Handle);
        LoopTimer old = Make(1), young = Make(2);
        old.StartAt(_selector.GetTimestamp() + 1000);
        _clock.Pass(0);
        async void ServeAsync()
        {
            await registration.WaitAsync(PollEvents.Read);
            young.StartAt(0);
        }

        _selector.Post(ServeAsync);
        _selector.RunOnce(TimeSpan.Zero);
        _clock.Advance(1000);
        _selector.RunOnce(TimeSpan.Zero);
        Assert.Equal([1], _fired);
        _clock.Pass(0);
        Assert.Equal([1, 2], _fired);
    }

    [Fact] // CHECKLIST 34
    public void Huge_due_times_neither_overflow_nor_fire()
    {
        Make(1).Start(TimeSpan.MaxValue);
        Make(2).StartAt(long.MaxValue);
        Make(3).StartAt(long.MaxValue - 1, TimeSpan.MaxValue);
        Make(4).Start(Timeout.InfiniteTimeSpan);
        Make(5).Start(TimeSpan.FromTicks(long.MaxValue / 100), TimeSpan.FromHours(1));
        Assert.Equal(5, _selector.Timers.Count);
        _clock.Pass(long.MaxValue / 2);
        Assert.Empty(_fired);
        Assert.Throws<ArgumentOutOfRangeException>("delay", () => Make(6).Start(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>("slack", () => Make(6).StartAt(0, TimeSpan.FromTicks(-1)));
    }

    [Fact] // CHECKLIST 29, 35
    public void What_is_left_of_many_timers_keeps_its_order_when_their_memory_is_given_back()
    {
        const int Count = 100_000;
        var random = new Random(35);
        long start = _selector.GetTimestamp();
        List<(long Due, int Id)> left = [];
        List<LoopTimer> cancelled = [];
        for (int id = 0; id < Count; id++)
        {
            LoopTimer timer = Make(id);
            // Some of them for now, and many at the same time as others.
            long due = start + random.NextInt64(1L << random.Next(1, 40)) / 65536 * 65536;
            timer.StartAt(due, TimeSpan.FromMicroseconds(random.Next(2)));
            if (random.Next(50) == 0)
                left.Add((due, id));
            else
                cancelled.Add(timer);
        }

        foreach (LoopTimer timer in cancelled)
            Assert.True(timer.Cancel());
        Assert.Equal(left.Count, _selector.Timers.Count);
        _clock.Pass(1L << 36);
        _clock.Pass(1L << 40);
        Assert.Equal(left.Order().Select(static timer => timer.Id), _fired);
    }

    [Fact] // CHECKLIST 39
    public void Slack_takes_two_bytes_and_loses_less_than_a_two_thousandth()
    {
        for (long slack = 0; slack <= 4096; slack++)
            Assert.Equal(slack * 1000, new TimerSlack(TimeSpan.FromMicroseconds(slack)).After(0));
        for (long slack = 4096; slack <= uint.MaxValue; slack += slack / 1000)
            Assert.InRange(new TimerSlack(TimeSpan.FromMicroseconds(slack)).After(0), slack * 1000 - slack / 2, slack * 1000);
        Assert.InRange(new TimerSlack(TimeSpan.MaxValue).After(0), uint.MaxValue * 1000L - uint.MaxValue / 2, uint.MaxValue * 1000L);
        Assert.Equal(long.MaxValue, new TimerSlack(TimeSpan.MaxValue).After(long.MaxValue - 1));
    }

    [Fact] // CHECKLIST 39
    public void Timers_in_each_others_windows_share_one_wake_up()
    {
        Make(1).Start(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(5));
        Make(2).Start(TimeSpan.FromMilliseconds(12), TimeSpan.FromMilliseconds(10));
        Make(3).Start(TimeSpan.FromMilliseconds(14), TimeSpan.FromMilliseconds(1));
        Make(4).Start(TimeSpan.FromMilliseconds(16), TimeSpan.FromMilliseconds(1));
        _clock.Pass(0);
        long start = _selector.GetTimestamp();
        Assert.Equal(15_000_000, _clock.Armed - start);
        _clock.Pass(14_999_999);
        Assert.Empty(_fired);
        _clock.Pass(1);
        Assert.Equal([1, 2, 3], _fired);
        Assert.Equal(17_000_000, _clock.Armed - start);
        _clock.Pass(2_000_000);
        Assert.Equal([1, 2, 3, 4], _fired);
        Assert.Equal(2, _clock.ArmCount);
    }

    [Fact] // CHECKLIST 39
    public void Slack_is_never_exceeded_and_the_wake_ups_are_the_fewest_that_the_windows_allow()
    {
        var random = new Random(20261122);
        for (int round = 0; round < 200; round++)
        {
            List<(long Due, long Latest)> windows = [];
            long start = _selector.GetTimestamp();
            int late = 0, early = 0, fired = 0, count = random.Next(1, 100);
            for (int i = 0; i < count; i++)
            {
                long due = start + random.NextInt64(1L << random.Next(10, 40)), slack = random.NextInt64(1L << random.Next(1, 25));
                long latest = due + slack * 1000;
                windows.Add((due, latest));
                var timer = new LoopTimer(_selector, _ =>
                {
                    fired++;
                    early += _selector.GetTimestamp() < due ? 1 : 0;
                    late += _selector.GetTimestamp() > latest ? 1 : 0;
                });
                timer.StartAt(due, TimeSpan.FromMicroseconds(slack));
            }

            _clock.Pass(0);
            int armed = _clock.ArmCount - 1;
            while (_selector.Timers.Count > 0)
                _clock.Pass(_clock.Armed - _selector.GetTimestamp());
            Assert.Equal((count, 0, 0), (fired, early, late));

            // The fewest points that meet all windows: always the end of the first that is not met yet.
            int fewest = 0;
            long point = -1;
            foreach ((long due, long latest) in windows.OrderBy(static window => window.Latest))
            {
                if (due > point)
                {
                    point = latest;
                    fewest++;
                }
            }

            Assert.Equal(fewest, _clock.ArmCount - armed);
        }
    }

    [Fact]
    public void Any_mixture_of_starting_restarting_and_cancelling_is_as_in_a_sorted_list()
    {
        var random = new Random(7);
        for (int round = 0; round < 100; round++)
        {
            List<(long Due, int Order, int Id)> expected = [];
            LoopTimer[] timers = [.. Enumerable.Range(0, 64).Select(Make)];
            for (int step = 0; step < 400; step++)
            {
                int id = random.Next(timers.Length);
                expected.RemoveAll(timer => timer.Id == id);
                if (random.Next(3) == 0)
                {
                    timers[id].Cancel();
                }
                else
                {
                    long due = _selector.GetTimestamp() + random.NextInt64(1L << random.Next(1, 36)) / 8 * 8;
                    timers[id].StartAt(due);
                    expected.Add((due, step, id));
                }

                if (random.Next(4) == 0)
                {
                    _fired.Clear();
                    _clock.Pass(random.NextInt64(1L << random.Next(1, 34)));
                    var due = expected.Where(timer => timer.Due <= _selector.GetTimestamp()).Order().ToList();
                    Assert.Equal(due.Select(static timer => timer.Id), _fired);
                    expected.RemoveAll(timer => timer.Due <= _selector.GetTimestamp());
                }

                Assert.Equal(expected.Count, _selector.Timers.Count);
            }

            foreach (LoopTimer timer in timers)
                timer.Cancel();
        }
    }

    [Fact]
    public void A_callback_that_throws_leaves_the_others_due()
    {
        new LoopTimer(_selector, static _ => throw new InvalidOperationException("mine")).Start(TimeSpan.FromMilliseconds(1));
        Make(2).Start(TimeSpan.FromMilliseconds(1));
        _clock.Pass(0);
        _clock.Advance(1_000_000);
        Assert.Equal("mine", Assert.Throws<InvalidOperationException>(() => _selector.RunOnce(TimeSpan.Zero)).Message);
        _clock.Pass(0);
        Assert.Equal([2], _fired);
    }

    [Fact]
    public void A_disposed_selector_fires_nothing_and_starts_nothing()
    {
        LoopTimer timer = Make(1);
        timer.Start(TimeSpan.Zero);
        _selector.Dispose();
        Assert.False(timer.IsActive);
        Assert.Throws<ObjectDisposedException>(() => timer.Start(TimeSpan.Zero));
        Assert.Empty(_fired);
    }

    private LoopTimer Make(int id) => new(_selector, static state => ((Action)state!)(), () => _fired.Add(id));
}
