namespace LinuxEvents;

/// <content>The clocks: the loop's own, and those that have a timer queue of their own as soon as somebody asks for them.</content>
public sealed unsafe partial class Selector
{
    /// <summary>Each one's place is its bit in <see cref="_rang"/>, and its key below <see cref="ClockKey"/>.</summary>
    private static readonly TimerClock[] s_clocks =
        [TimerClock.Monotonic, TimerClock.RealTime, TimerClock.BootTime, TimerClock.RealTimeAlarm, TimerClock.BootTimeAlarm];

    private TimerQueue?[]? _otherTimers;
    private EventHandler? _clockChanged;
    private int _rang;

    /// <summary>
    /// Raised on the loop's thread when somebody has set the clock of the time of day, by date, by settimeofday(2) or as a time service does it in
    /// one step. It costs a descriptor from the first handler on. What it throws is treated as a posted call's.
    /// </summary>
    /// <remarks>Times by the calendar follow the clock by themselves; this is for what else depends on it.</remarks>
    /// <exception cref="LinuxEventsException">Adding: no descriptor could be had.</exception>
    /// <exception cref="ObjectDisposedException">Adding: the selector was disposed.</exception>
    public event EventHandler? ClockChanged
    {
        add
        {
            TimersOf(TimerClock.RealTime);
            lock (_lifetime)
                _clockChanged += value;
        }

        remove
        {
            lock (_lifetime)
                _clockChanged -= value;
        }
    }

    /// <summary>Completes after a time on a clock of one's choice, never before it.</summary>
    /// <param name="delay">How long; <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</param>
    /// <param name="clock">
    /// The clock. <see cref="TimerClock.BootTime"/> goes on while the system sleeps; an alarm wakes it, for which CAP_WAKE_ALARM is needed. A delay on a real-time clock
    /// ends at the time of day that it would have ended at, also when the clock is set.
    /// </param>
    /// <param name="cancellationToken">Ends the delay.</param>
    /// <returns>To be awaited once.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative, or the clock unknown.</exception>
    /// <exception cref="LinuxEventsException">EPERM for an alarm without CAP_WAKE_ALARM; no descriptor could be had.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask DelayAsync(TimeSpan delay, TimerClock clock, CancellationToken cancellationToken = default)
    {
        TimerQueue timers = TimersOf(clock);
        return DelayUntil(timers, DueTime(delay, timers.Clock.Now, nameof(delay)), null, cancellationToken);
    }

    /// <summary>Completes when the clock of the time of day shows a time, never before it; however that clock is set meanwhile.</summary>
    /// <param name="time">When; what is past is the next turn.</param>
    /// <param name="cancellationToken">Ends the delay.</param>
    /// <returns>To be awaited once.</returns>
    /// <inheritdoc cref="DelayAsync(TimeSpan, TimerClock, CancellationToken)" path="/exception"/>
    public ValueTask DelayUntilAsync(DateTimeOffset time, CancellationToken cancellationToken = default) =>
        DelayUntilAsync(time, wake: false, cancellationToken);

    /// <inheritdoc cref="DelayUntilAsync(DateTimeOffset, CancellationToken)"/>
    /// <param name="time">When; what is past is the next turn.</param>
    /// <param name="wake">Whether to wake the system if it sleeps then, for which CAP_WAKE_ALARM is needed.</param>
    /// <param name="cancellationToken">Ends the delay.</param>
    public ValueTask DelayUntilAsync(DateTimeOffset time, bool wake, CancellationToken cancellationToken = default)
    {
        long ticks = Math.Max((time - DateTimeOffset.UnixEpoch).Ticks, 0);
        long due = ticks <= long.MaxValue / TimeSpan.NanosecondsPerTick ? ticks * TimeSpan.NanosecondsPerTick : long.MaxValue;
        return DelayUntil(TimersOf(wake ? TimerClock.RealTimeAlarm : TimerClock.RealTime), due, null, cancellationToken);
    }

    /// <summary>A clock has reached what it was armed for, or was set. Any thread.</summary>
    internal void OnClockRang(TimerClock clock = TimerClock.Monotonic)
    {
        Interlocked.Or(ref _rang, 1 << Array.IndexOf(s_clocks, clock));
        Interrupt();
    }

    /// <summary>The timers of a clock.</summary>
    internal TimerQueue TimersOf(TimerClock clock)
    {
        int index = Array.IndexOf(s_clocks, clock);
        if (index < 0)
            throw new ArgumentOutOfRangeException(nameof(clock), clock, "The clock is unknown.");
        if (index == 0)
            return Timers;
        if (Volatile.Read(ref _otherTimers)?[index] is { } present)
            return present;
        ThrowIfForked();
        lock (_lifetime)
        {
            if (_closing)
                throw Ended();
            TimerQueue?[] queues = _otherTimers ?? new TimerQueue?[s_clocks.Length];
            queues[index] ??= new TimerQueue(this, MakeClock(clock, index), default);
            Volatile.Write(ref _otherTimers, queues);
            return queues[index]!;
        }
    }

    private LoopClock MakeClock(TimerClock clock, int index) => _options.Clock?.Invoke(this, clock)
        ?? (_options.TimeProvider is { } provider && provider != TimeProvider.System ? new ProviderClock(this, provider, clock)
        : index == 0 ? new KernelClock(_epoll, ClockKey)
        : new OtherClock(this, clock, _epoll, ClockKey - (ulong)index));

    private void ArmClocks()
    {
        Timers.ArmClock();
        if (_otherTimers is null)
            return;
        foreach (TimerQueue? timers in _otherTimers)
            timers?.ArmClock();
    }

    /// <summary>Fires what is due on the clocks that have rung.</summary>
    private bool Expire(int rang)
    {
        bool fired = false;
        for (int index = 0; rang >> index != 0; index++)
        {
            if ((rang >> index & 1) == 0)
                continue;
            // Each only when its turn comes: an exception must not take the others' rings along.
            Interlocked.And(ref _rang, ~(1 << index));
            TimerQueue timers = index == 0 ? Timers : _otherTimers![index]!;
            if (index > 0 && timers.Clock.TakeChange() && index == 1)
            {
                fired = true;
                TellOfChange(index);
            }

            fired |= timers.Expire(_options.TimersPerTurn);
        }

        return fired;
    }

    /// <summary>Tells all who want to know, whatever one of them throws; the clock's timers are then still to be looked at.</summary>
    private void TellOfChange(int index)
    {
        var told = default(FirstException);
        foreach (Delegate handler in _clockChanged?.GetInvocationList() ?? [])
            told.Try(() => Call(selector => ((EventHandler)handler)(selector, EventArgs.Empty)));
        try
        {
            told.ThrowIfAny();
        }
        catch
        {
            Interlocked.Or(ref _rang, 1 << index);
            throw;
        }
    }

    /// <summary>How long the loop would sleep for timers alone; <see langword="null"/> where there are none, or something else may come.</summary>
    private TimeSpan? TimeToAdvance()
    {
        if (_options.AutoAdvance is null || Registrations.CountWaits() > 0)
            return null;
        TimeSpan? least = TimeUntilNext(Timers);
        foreach (TimerQueue? timers in _otherTimers ?? [])
        {
            if (timers is not null && TimeUntilNext(timers) is { } left && !(left >= least))
                least = left;
        }

        return least;
    }

    // Apart, so that the closure is only made when it is needed.
    private void Advance(TimeSpan time) => Call(_ => _options.AutoAdvance!(time));

    private static TimeSpan? TimeUntilNext(TimerQueue timers) => timers.Next is var next && next == long.MaxValue ? null : timers.Clock.TimeUntil(next);
}
