namespace LinuxEvents;

/// <summary>A wait for readiness: a member of its registration's list of waiters until one completes it.</summary>
internal class WaitOperation(FdRegistration registration) : LoopOperation<PollEvents>(registration.Selector)
{
    /// <summary>What is waited for. Belongs to the registration, as do all of these.</summary>
    public PollEvents Interest;

    /// <summary>The loop's turn in which the wait began: what that turn has collected already is older than the wait.</summary>
    public long Turn;

    /// <summary>Whether it is among the waiters.</summary>
    public bool Waiting;

    /// <summary>Whether the registration's own operation is in use.</summary>
    public bool Rented;

    /// <summary>The wait for several registrations that this is a member of, if it is no wait of its own.</summary>
    public WaitAnyOperation? Any;

    /// <summary>Which member.</summary>
    public int Index;

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

    /// <summary>Starts as a member: only its place in the list is used.</summary>
    public void Join(WaitAnyOperation any, int index, PollEvents interest, long turn)
    {
        Any = any;
        Index = index;
        Interest = interest;
        Turn = turn;
    }

    /// <summary>Ends as a member.</summary>
    public void Leave() => registration.Withdraw(this);

    /// <summary>Who takes it out of the list asks this, under the gate: of a member, the whole wait must be won.</summary>
    public bool TryClaim(PollEvents events, Exception? error = null) => Any is null || Any.TryClaim(Index, registration, events, error);

    /// <summary>The loop has claimed it.</summary>
    public virtual void CompleteReady(PollEvents events)
    {
        if (Any is null)
            CompleteOnLoop(events);
        else
            Any.Settle(onLoop: true);
    }

    /// <summary>Somebody has claimed it for an error.</summary>
    public virtual void Fail(Exception error)
    {
        if (Any is null)
            CompleteElsewhere(PollEvents.None, error);
        else
            Any.Settle(onLoop: false);
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
