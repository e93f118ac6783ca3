using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>A delay: completed by whoever takes it out of the timer queue.</summary>
internal sealed class DelayOperation(Selector selector) : LoopOperation<bool>(selector), IValueTaskSource
{
    private TimerQueue _timers = selector.Timers;

    private protected override TimerQueue Timers => _timers;

    public ValueTask Start(TimerQueue timers, long due, TimerSlack? slack, bool onLoop, CancellationToken token)
    {
        _timers = timers;
        var task = new ValueTask(this, Begin(onLoop, Selector.Continuations));
        if (timers.TryAdd(this, due, slack, onLoop))
            CancelWith(token);
        else
            Close();
        return task;
    }

    internal override void Fire(short version) => CompleteOnLoop(true);

    internal override void Close() => CompleteElsewhere(false, Selector.Ended());

    protected override void Cancel()
    {
        if (_timers.Remove(this))
            CompleteAsCanceled();
    }

    protected override void Recycle() => Selector.Delays.Return(this);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => Status(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Await(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => Consume(token);
}
