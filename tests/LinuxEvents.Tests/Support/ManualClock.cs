namespace LinuxEvents.Tests;

/// <summary>Time that passes when a test says so.</summary>
internal sealed class ManualClock(Selector selector, TimerClock kind = TimerClock.Monotonic) : LoopClock
{
    private long _now = 1_000_000_000;
    private bool _changed;

    public override long Now => _now;

    /// <summary>What the loop has asked to be rung for.</summary>
    public long Armed { get; private set; } = long.MaxValue;

    /// <summary>How often it has asked.</summary>
    public int ArmCount { get; private set; }

    public static Selector NewSelector(out ManualClock clock)
    {
        ManualClock? made = null;
        var selector = new Selector(new SelectorOptions { Clock = (selector, kind) => kind == TimerClock.Monotonic ? made = new ManualClock(selector) : new ManualClock(selector, kind) });
        clock = made!;
        return selector;
    }

    public override void Arm(long due)
    {
        Armed = due;
        ArmCount++;
    }

    public void Advance(long nanoseconds)
    {
        _now += nanoseconds;
        if (_now >= Armed)
        {
            Armed = long.MaxValue;
            selector.OnClockRang(kind);
        }
    }

    /// <summary>Lets time pass, and the loop serve all that is due by then.</summary>
    public void Pass(long nanoseconds)
    {
        // One turn arms the clock, which rings as it passes the time.
        selector.RunOnce(TimeSpan.Zero);
        Advance(nanoseconds);
        while (selector.RunOnce(TimeSpan.Zero) || Armed <= Now)
            Advance(0);
    }

    /// <summary>Somebody sets it.</summary>
    public void Set(long now)
    {
        _now = now;
        _changed = true;
        Armed = long.MaxValue;
        selector.OnClockRang(kind);
    }

    public override bool TakeChange()
    {
        bool changed = _changed;
        _changed = false;
        return changed;
    }

    public override void Dispose()
    {
    }
}
