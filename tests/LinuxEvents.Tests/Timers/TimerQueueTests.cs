namespace LinuxEvents.Tests;

/// <summary>The order and the cost of timers, in time that the test makes pass.</summary>
public sealed class TimerQueueTests : IDisposable
{
    private readonly Selector _selector;
    private readonly ManualClock _clock;
    private readonly List<int> _fired = [];

    public TimerQueueTests() => _selector = ManualClock.NewSelector(out _clock);

    public void Dispose() => _selector.Dispose();

    [Fact] // CHECKLIST 29
    public void Timers_fire_in_the_order_of_their_due_times_and_equal_ones_as_they_were_added()
    {
        int[] due = [5, 3, 9, 3, 1, 5];
        for (int i = 0; i < due.Length; i++)
            Start(i, due[i]);
        Advance(10);
        Assert.Equal([4, 1, 3, 0, 5, 2], _fired);
    }

    [Fact]
    public void A_timer_fires_at_its_time_and_not_before()
    {
        Start(1, 5);
        Advance(4);
        Assert.Empty(_fired);
        Advance(1);
        Assert.Equal([1], _fired);
    }

    [Fact] // CHECKLIST 30
    public void A_delay_for_now_is_due_in_the_next_turn()
    {
        async void Again()
        {
            for (int i = 0; i < 3; i++)
            {
                await _selector.DelayAsync(TimeSpan.Zero);
                _fired.Add(i);
            }
        }

        _selector.Post(Again);
        _selector.RunOnce(TimeSpan.Zero);
        Assert.Empty(_fired);
        for (int i = 1; i <= 3; i++)
        {
            // One turn to arm the clock for it, one when it has rung.
            _selector.RunOnce(TimeSpan.Zero);
            _clock.Advance(0);
            Assert.True(_selector.RunOnce(TimeSpan.Zero));
            Assert.Equal(i, _fired.Count);
        }
    }

    [Fact] // CHECKLIST 31
    public void A_timer_may_cancel_another_that_is_due_at_the_same_time()
    {
        using var cancellation = new CancellationTokenSource();
        int outcome = 0;
        _selector.Post(async () =>
        {
            await _selector.DelayAsync(TimeSpan.FromMilliseconds(1));
            cancellation.Cancel();
        });
        _selector.Post(async () =>
        {
            try
            {
                await _selector.DelayAsync(TimeSpan.FromMilliseconds(1), cancellation.Token);
                outcome = 1;
            }
            catch (OperationCanceledException)
            {
                outcome = 2;
            }
        });
        StartAndArm();
        Advance(1);
        Assert.Equal(2, outcome);
    }

    [Fact] // CHECKLIST 33
    public void An_earlier_timer_arms_the_clock_anew_and_a_later_one_does_not()
    {
        Start(0, 50);
        Assert.Equal(1, _clock.ArmCount);
        Start(1, 60);
        Assert.Equal(1, _clock.ArmCount);
        Start(2, 40);
        Assert.Equal(2, _clock.ArmCount);
        Advance(45);
        Assert.Equal([2], _fired);
        Assert.Equal(3, _clock.ArmCount);
    }

    [Fact] // CHECKLIST 35
    public void Cancelled_delays_leave_at_once()
    {
        using var cancellation = new CancellationTokenSource();
        const int Count = 100_000;
        Task[] delays = new Task[Count];
        for (int i = 0; i < Count; i++)
            delays[i] = _selector.DelayAsync(TimeSpan.FromMilliseconds(1 + i * 7919 % Count), i % 100 == 0 ? default : cancellation.Token).AsTask();
        Assert.Equal(Count, _selector.Timers.Count);
        cancellation.Cancel();
        Assert.Equal(Count / 100, _selector.Timers.Count);
        Advance(Count);
        Assert.Equal(0, _selector.Timers.Count);
        Task.WaitAll(delays.Where((_, i) => i % 100 == 0), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Any_mixture_of_adding_and_cancelling_keeps_the_order()
    {
        var random = new Random(20261121);
        for (int round = 0; round < 200; round++)
        {
            _fired.Clear();
            List<(int Due, int Id, CancellationTokenSource Cancellation)> live = [];
            for (int id = 0; id < 100; id++)
            {
                var cancellation = new CancellationTokenSource();
                int due = random.Next(1, 30);
                live.Add((due, id, cancellation));
                Start(id, due, cancellation.Token);
                if (random.Next(3) == 0)
                {
                    int victim = random.Next(live.Count);
                    live[victim].Cancellation.Cancel();
                    live.RemoveAt(victim);
                }
            }

            Advance(30);
            Assert.Equal(live.OrderBy(timer => timer.Due).ThenBy(timer => timer.Id).Select(timer => timer.Id), _fired);
        }
    }

    private void Start(int id, int milliseconds, CancellationToken token = default)
    {
        _selector.Post(async () =>
        {
            try
            {
                await _selector.DelayAsync(TimeSpan.FromMilliseconds(milliseconds), token);
                _fired.Add(id);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
            }
        });
        StartAndArm();
    }

    /// <summary>One turn to start what was posted, one more to arm the clock for it.</summary>
    private void StartAndArm()
    {
        _selector.RunOnce(TimeSpan.Zero);
        _selector.RunOnce(TimeSpan.Zero);
    }

    private void Advance(int milliseconds)
    {
        _clock.Advance(milliseconds * 1_000_000L);
        while (_selector.RunOnce(TimeSpan.Zero))
        {
        }
    }
}
