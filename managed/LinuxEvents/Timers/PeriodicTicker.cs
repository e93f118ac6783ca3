namespace LinuxEvents;

/// <summary>
/// Ticks in a steady rhythm on a selector's loop: the n-th tick is due n periods after the ticker was made, however late the ones before it
/// were served. A tick is never early, and allocates nothing.
/// </summary>
/// <remarks>One consumer at a time awaits it, on any thread. While nobody does, nothing is armed and the loop is not woken.</remarks>
public sealed class PeriodicTicker : IDisposable
{
    private readonly TickOperation _operation;
    private readonly MissedTickPolicy _policy;
    private readonly long _period;
    private readonly TimerSlack? _slack;
    private long _next;
    private long _ticks;
    private long _missed;
    private int _waiting;
    private volatile bool _disposed;

    /// <summary>Makes a ticker whose first tick is due one period from now.</summary>
    /// <param name="selector">On whose loop and clock it runs.</param>
    /// <param name="period">The time from tick to tick, in steps of 100 ns.</param>
    /// <param name="policy">What becomes of ticks that were missed.</param>
    /// <param name="slack">By how much a tick may be late to share a wake-up; <see cref="SelectorOptions.TimerSlack"/> where it is <see langword="null"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is not positive or above 146 years, the policy unknown, or the slack negative.</exception>
    public PeriodicTicker(Selector selector, TimeSpan period, MissedTickPolicy policy = MissedTickPolicy.Skip, TimeSpan? slack = null)
    {
        ArgumentNullException.ThrowIfNull(selector);
        if (period <= TimeSpan.Zero || period.Ticks > long.MaxValue / 2 / TimeSpan.NanosecondsPerTick)
            throw new ArgumentOutOfRangeException(nameof(period), period, "The period must be positive, and at most 146 years.");
        if (policy is < MissedTickPolicy.Skip or > MissedTickPolicy.Delay)
            throw new ArgumentOutOfRangeException(nameof(policy), policy, "The policy is unknown.");
        _slack = slack is { } given ? new TimerSlack(Selector.CheckSlack(given, nameof(slack))) : null;
        _operation = new TickOperation(this, selector);
        _policy = policy;
        _period = period.Ticks * TimeSpan.NanosecondsPerTick;
        _next = selector.GetTimestamp() + _period;
        Selector = selector;
    }

    /// <summary>On whose loop it runs.</summary>
    public Selector Selector { get; }

    /// <summary>The time from tick to tick.</summary>
    public TimeSpan Period => new(_period / TimeSpan.NanosecondsPerTick);

    /// <summary>When the next tick is due, in nanoseconds as <see cref="Selector.GetTimestamp"/> has them.</summary>
    public long NextTick => Volatile.Read(ref _next);

    /// <summary>How many ticks were served.</summary>
    public long Ticks => Volatile.Read(ref _ticks);

    /// <summary>How many ticks were left out; none under <see cref="MissedTickPolicy.Burst"/>.</summary>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>Waits for the next tick. One whose time is past comes in the loop's next turn.</summary>
    /// <param name="cancellationToken">Ends the wait; the tick is then still to come.</param>
    /// <returns>
    /// To be awaited once: how many ticks beyond this one have come due since it was due. Under <see cref="MissedTickPolicy.Burst"/> these follow; else they
    /// are left out.
    /// </returns>
    /// <exception cref="InvalidOperationException">Somebody waits already.</exception>
    /// <exception cref="ObjectDisposedException">The ticker or its selector was disposed, before or meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<long> WaitForNextTickAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Selector.ThrowIfForked();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<long>(cancellationToken);
        if (Interlocked.Exchange(ref _waiting, 1) != 0)
            throw new InvalidOperationException("Somebody awaits the ticker already.");
        ValueTask<long> task = _operation.Start(_next, _slack, cancellationToken);
        if (_disposed)
            _operation.End(Ended());
        return task;
    }

    /// <summary>Ends the ticker; a wait that is under way fails with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _disposed = true;
        _operation.End(Ended());
    }

    /// <summary>A tick's time has come. On the loop's thread.</summary>
    /// <returns>How many others have as well.</returns>
    internal long Serve()
    {
        long due = _next, now = Selector.GetTimestamp(), behind = (now - due) / _period;
        Volatile.Write(ref _next, _policy switch
        {
            MissedTickPolicy.Burst => due + _period,
            MissedTickPolicy.Skip => due + (behind + 1) * _period,
            _ => now + _period,
        });
        Volatile.Write(ref _ticks, _ticks + 1);
        if (_policy != MissedTickPolicy.Burst)
            Volatile.Write(ref _missed, _missed + behind);
        return behind;
    }

    /// <summary>The wait has been consumed.</summary>
    internal void EndWait() => Volatile.Write(ref _waiting, 0);

    private static ObjectDisposedException Ended() => new(nameof(PeriodicTicker), "The ticker was disposed.");
}
