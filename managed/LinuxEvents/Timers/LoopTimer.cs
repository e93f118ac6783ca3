namespace LinuxEvents;

/// <summary>
/// A timer on a selector's loop that calls a callback: for those who have very many, or start and cancel them all the time. It takes some 60 bytes; to
/// start, to restart and to cancel it costs no allocation and no system call.
/// </summary>
/// <remarks>
/// All members may be called from any thread. The callback runs on the loop's thread, never before the due time. Start and Cancel on
/// the loop's thread take effect at once: a cancelled callback does not run. On another thread they may meet a callback that is about to run.
/// What the callback throws is treated as a posted call's.
/// </remarks>
public sealed class LoopTimer : TimerNode
{
    private readonly TimerCallbackOf _callback;
    private readonly object? _state;

    /// <summary>Makes a timer that is not started.</summary>
    /// <param name="selector">On whose loop it runs.</param>
    /// <param name="callback">What to call. It does not inherit the caller's execution context.</param>
    /// <param name="state">What to call it with.</param>
    public LoopTimer(Selector selector, Action<object?> callback, object? state = null)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(callback);
        _callback = selector.CallbackOf(callback);
        _state = state;
    }

    /// <summary>On whose loop it runs.</summary>
    public Selector Selector => _callback.Selector;

    /// <summary>Whether it is started, and neither fired nor cancelled since.</summary>
    public bool IsActive => TimerWheel.Holds(this);

    /// <summary>Starts it, or starts it anew.</summary>
    /// <param name="delay">After which time it fires, in steps of 100 ns; zero is the next turn, <see cref="Timeout.InfiniteTimeSpan"/> never.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    public void Start(TimeSpan delay) => Start(Selector.DueTime(delay, nameof(delay)), null);

    /// <inheritdoc cref="Start(TimeSpan)"/>
    /// <param name="delay">After which time it fires, in steps of 100 ns; zero is the next turn, <see cref="Timeout.InfiniteTimeSpan"/> never.</param>
    /// <param name="slack">
    /// By how much it may be late to share a wake-up with others, in whole microseconds, from 4 ms on in 12 significant bits, rounded down, at most
    /// 71 minutes; in place of <see cref="SelectorOptions.TimerSlack"/>.
    /// </param>
    public void Start(TimeSpan delay, TimeSpan slack) =>
        Start(Selector.DueTime(delay, nameof(delay)), new TimerSlack(Selector.CheckSlack(slack, nameof(slack))));

    /// <summary>Starts it for a time on the loop's clock, or starts it anew.</summary>
    /// <param name="timestamp">When it fires, in nanoseconds as <see cref="Selector.GetTimestamp"/> has them; what is past is the next turn.</param>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    public void StartAt(long timestamp) => Start(timestamp, null);

    /// <inheritdoc cref="StartAt(long)"/>
    /// <param name="timestamp">When it fires, in nanoseconds as <see cref="Selector.GetTimestamp"/> has them; what is past is the next turn.</param>
    /// <param name="slack">By how much it may be late, as in <see cref="Start(TimeSpan, TimeSpan)"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slack is negative.</exception>
    public void StartAt(long timestamp, TimeSpan slack) => Start(timestamp, new TimerSlack(Selector.CheckSlack(slack, nameof(slack))));

    /// <summary>Cancels it.</summary>
    /// <returns><see langword="true"/> when its callback does not run; <see langword="false"/> when it was not started, has fired or is about to.</returns>
    public bool Cancel() => Selector.Timers.Remove(this);

    internal override void PrefetchContinuation()
    {
        if (_state is { } state)
            ProcessorCache.PrefetchHead(state);
    }

    internal override void Fire(short version)
    {
        if (TimerWheel.IsTaken(this))
            _callback.Invoke(_state);
    }

    internal override void Close()
    {
        // It does not fire any more.
    }

    private void Start(long due, TimerSlack? slack)
    {
        Selector selector = Selector;
        selector.ThrowIfForked();
        if (!selector.Timers.TryRestart(this, Math.Max(due, 0), slack, selector.IsLoopThread))
            throw selector.Ended();
    }
}
