namespace LinuxEvents.Examples;

/// <summary>
/// Tests a day's work in an instant: the loop lives in the time of a provider, which passes by itself while nothing else is to be done. What is tested
/// is the same code that runs in real time. (<c>FakeTimeProvider</c> of Microsoft.Extensions.TimeProvider.Testing is such a provider, too.)
/// </summary>
internal static class VirtualTime
{
    public static void Main()
    {
        var clock = new Clock();
        using Selector selector = new(new SelectorOptions { TimeProvider = clock, AutoAdvance = clock.Advance });
        selector.RunUntilComplete(() => WorkAsync(selector, clock));
        Console.WriteLine($"it is {clock.GetUtcNow():u}");
    }

    /// <summary>What is tested: it looks every hour, and gives up at the end of the day.</summary>
    private static async Task WorkAsync(Selector selector, TimeProvider clock)
    {
        DateTimeOffset end = clock.GetUtcNow().AddDays(1);
        using var ticker = new PeriodicTicker(selector, TimeSpan.FromHours(1));
        while (clock.GetUtcNow() < end)
            await ticker.WaitForNextTickAsync();
        Console.WriteLine($"looked {ticker.Ticks} times");
    }

    /// <summary>The least that a loop needs: a time that is moved on, and one timer.</summary>
    private sealed class Clock : TimeProvider, ITimer
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private DateTimeOffset _due = DateTimeOffset.MaxValue;
        private Action? _ring;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan span)
        {
            _now += span;
            if (_now < _due)
                return;
            _due = DateTimeOffset.MaxValue;
            _ring?.Invoke();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ring = () => callback(state);
            Change(dueTime, period);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : _now + dueTime;
            return true;
        }

        public void Dispose() => _ring = null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
