namespace LinuxEvents;

/// <summary>The one wait of a ticker, over and over: completed by whoever takes it out of the timer queue.</summary>
internal sealed class TickOperation(PeriodicTicker ticker, Selector selector) : LoopOperation<long>(selector)
{
    public ValueTask<long> Start(long due, TimerSlack? slack, CancellationToken token)
    {
        bool onLoop = Selector.IsLoopThread;
        var task = new ValueTask<long>(this, Begin(onLoop, Selector.Continuations));
        if (Timers.TryAdd(this, due, slack, onLoop))
            CancelWith(token);
        else
            Close();
        return task;
    }

    /// <summary>Ends the wait, if there is one.</summary>
    public void End(Exception error)
    {
        if (Timers.Remove(this))
            CompleteElsewhere(0, error);
    }

    internal override void Fire(short version) => CompleteOnLoop(ticker.Serve());

    internal override void Close() => CompleteElsewhere(0, Selector.Ended());

    protected override void Cancel()
    {
        if (Timers.Remove(this))
            CompleteAsCanceled();
    }

    protected override void Recycle() => ticker.EndWait();
}
