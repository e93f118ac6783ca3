namespace LinuxEvents;

/// <summary>A wait for a child's end: a member of its watch's list of waiters until one completes it.</summary>
internal sealed class ExitWait(Selector selector) : LoopOperation<ExitStatus>(selector)
{
    /// <summary>The next waiter. Belongs to the watch.</summary>
    public ExitWait? Next;

    private ChildWatch? _watch;

    public ValueTask<ExitStatus> Start(ChildWatch watch)
    {
        _watch = watch;
        return new ValueTask<ExitStatus>(this, Begin(Selector.IsLoopThread, Selector.Continuations));
    }

    /// <summary>What is left of the start once the lock is open again: it may complete the wait at once.</summary>
    public void EndWith(CancellationToken token) => CancelWith(token);

    internal override void Fire(short version)
    {
        // It has no due time.
    }

    internal override void Close()
    {
        // Nor does it end with the timers: its watch ends it.
    }

    protected override void Cancel()
    {
        if (_watch!.TryTake(this))
            CompleteAsCanceled();
    }

    protected override void Recycle()
    {
        _watch = null;
        Selector.ExitWaits.Return(this);
    }
}
