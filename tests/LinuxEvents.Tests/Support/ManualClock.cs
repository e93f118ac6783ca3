namespace LinuxEvents.Tests;

/// <summary>Time that passes when a test says so.</summary>
internal sealed class ManualClock(Selector selector) : LoopClock
{
    private long _now = 1_000_000_000;

    public override long Now => _now;

    /// <summary>What the loop has asked to be rung for.</summary>
    public long Armed { get; private set; } = long.MaxValue;

    /// <summary>How often it has asked.</summary>
    public int ArmCount { get; private set; }

    public static Selector NewSelector(out ManualClock clock)
    {
        ManualClock? made = null;
        var selector = new Selector(new SelectorOptions { Clock = selector => made = new ManualClock(selector) });
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
            selector.OnClockRang();
        }
    }

    public override void Dispose()
    {
    }
}
