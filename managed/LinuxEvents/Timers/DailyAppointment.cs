namespace LinuxEvents;

/// <summary>A time of day at which something is to be done: at 03:00 every day, by the clock on the wall of some time zone.</summary>
/// <remarks>
/// <para>Once for each date. On the date on which a time zone's clock skips the time, it is when the clock has skipped it; on one which has the time
/// twice, it is the first time.</para>
/// <para>Somebody sets the computer's clock: what is still to come is looked for anew from there. Set forward past the appointment, it is due at once,
/// and once only however many were skipped; set back past one that was kept, that is not kept again, unless the clock went back by more than two days: then it
/// had been wrong.</para>
/// </remarks>
public sealed class DailyAppointment
{
    private static readonly TimeSpan s_doubt = TimeSpan.FromDays(2);

    private readonly Selector _selector;
    private DateTimeOffset? _kept;

    /// <summary>Makes an appointment.</summary>
    /// <param name="selector">On whose loop it is waited for.</param>
    /// <param name="time">The time of day.</param>
    /// <param name="zone">By which clock on the wall; the local one where it is <see langword="null"/>.</param>
    public DailyAppointment(Selector selector, TimeOnly time, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _selector = selector;
        Time = time;
        Zone = zone ?? selector.TimeProvider.LocalTimeZone;
    }

    /// <summary>The time of day.</summary>
    public TimeOnly Time { get; }

    /// <summary>By which clock on the wall.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Waits for the next time, never before it. One caller at a time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The time that was waited for; it is later by now if the clock was set forward or the loop was busy.</returns>
    /// <exception cref="LinuxEventsException">No descriptor could be had.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<DateTimeOffset> WaitForNextAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            using var set = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            EventHandler onChanged = (_, _) => Cancel(set);
            _selector.ClockChanged += onChanged;
            try
            {
                DateTimeOffset now = Now, next = Next(now);
                try
                {
                    await _selector.DelayUntilAsync(next, set.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // Set forward beyond it: it is due. Set back: there may be another one before it.
                    if (Now < next)
                        continue;
                }

                _kept = next;
                return next;
            }
            finally
            {
                _selector.ClockChanged -= onChanged;
            }
        }
    }

    /// <summary>The first appointment after a moment.</summary>
    /// <param name="moment">The moment.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is among the first or last days that there are.</exception>
    public DateTimeOffset NextAfter(DateTimeOffset moment)
    {
        DateOnly date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);
        // From the day before: where time is skipped or doubled at midnight, dates overlap.
        for (date = date.AddDays(-1); ; date = date.AddDays(1))
        {
            if (On(date) is var next && next > moment)
                return next;
        }
    }

    /// <summary>The loop may have begun to tell when the wait ended on another thread.</summary>
    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private DateTimeOffset Now => DateTimeOffset.UnixEpoch + new TimeSpan(_selector.TimersOf(TimerClock.RealTime).Clock.Now / TimeSpan.NanosecondsPerTick);

    private DateTimeOffset Next(DateTimeOffset now) => NextAfter(_kept is { } kept && kept > now && kept - now < s_doubt ? kept : now);

    /// <summary>Asks the zone only what it shows at a moment: what it says of times that are skipped or come twice is not true of one whose standard time has changed since.</summary>
    private DateTimeOffset On(DateOnly date)
    {
        DateTime local = date.ToDateTime(Time);
        var near = new DateTimeOffset(local, TimeSpan.Zero);
        TimeSpan before = Zone.GetUtcOffset(near.AddDays(-1)), after = Zone.GetUtcOffset(near.AddDays(1));
        // The greater offset belongs to the earlier moment.
        DateTimeOffset first = new(local, before > after ? before : after), second = new(local, before > after ? after : before);
        if (Shown(first) == local)
            return first;
        if (Shown(second) == local)
            return second;

        // Skipped. Clocks change at whole minutes.
        first = first.AddTicks(-(local.Ticks % TimeSpan.TicksPerMinute));
        while (Shown(first) < local)
            first = first.AddMinutes(1);
        return TimeZoneInfo.ConvertTime(first, Zone);
    }

    private DateTime Shown(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Zone).DateTime;
}
