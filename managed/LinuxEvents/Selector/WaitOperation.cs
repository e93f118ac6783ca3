namespace LinuxEvents;

/// <summary>A wait for readiness: a member of its registration's list of waiters until one completes it.</summary>
internal sealed class WaitOperation(FdRegistration registration) : LoopOperation<PollEvents>(registration.Selector)
{
    /// <summary>What is waited for. Belongs to the registration, as do all of these.</summary>
    public PollEvents Interest;

    /// <summary>The loop's turn in which the wait began: what that turn has collected already is older than the wait.</summary>
    public long Turn;

    /// <summary>Whether it is among the waiters.</summary>
    public bool Waiting;

    /// <summary>The next waiter, or the next in the pool.</summary>
    public WaitOperation? Next;

    /// <summary>The waiter before it.</summary>
    public WaitOperation? Previous;

    public ValueTask<PollEvents> Start(PollEvents interest, long turn, bool onLoop, ContinuationMode mode)
    {
        Interest = interest;
        Turn = turn;
        return new ValueTask<PollEvents>(this, Begin(onLoop, mode));
    }

    /// <summary>What is left of the start once the gate is open again: it may complete the wait at once.</summary>
    public void Watch(long due, bool onLoop, CancellationToken token)
    {
        if (due != long.MaxValue)
            Selector.Timers.TryAdd(this, due, onLoop);
        CancelWith(token);
    }

    internal override void Fire(short version)
    {
        if (registration.TryTake(this, version))
            CompleteOnLoop(PollEvents.None);
    }

    internal override void Close()
    {
        // Its registration was closed before, and with it the wait.
    }

    protected override void Cancel()
    {
        if (registration.TryTake(this, Version))
            CompleteAsCanceled();
    }

    protected override void Recycle() => registration.Return(this);
}
