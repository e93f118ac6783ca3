using System.Diagnostics;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>Two loops on threads of their own wake each other in turn until the time is over.</summary>
internal abstract class PingPong
{
    private TaskCompletionSource _ended = new();
    private long _served;
    private long _end;

    protected Selector Here { get; } = Selector.Start(new SelectorOptions { Name = "here" });

    protected Selector There { get; } = Selector.Start(new SelectorOptions { Name = "there" });

    public long Run(TimeSpan span)
    {
        long served = _served;
        _ended = new TaskCompletionSource();
        _end = Stopwatch.GetTimestamp() + (long)(span.TotalSeconds * Stopwatch.Frequency);
        Ping();
        _ended.Task.Wait();
        return _served - served;
    }

    /// <summary>Wakes the other loop, whose answer calls <see cref="OnPong"/> on this one's thread.</summary>
    protected abstract void Ping();

    protected void OnPong()
    {
        _served += 2;
        if (Stopwatch.GetTimestamp() < _end)
            Ping();
        else
            _ended.SetResult();
    }
}
