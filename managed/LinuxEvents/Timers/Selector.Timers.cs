namespace LinuxEvents;

/// <content>Time.</content>
public sealed partial class Selector
{
    private const long Longest = long.MaxValue / TimeSpan.NanosecondsPerTick;

    private TimerCallbackOf? _lastCallback;

    /// <summary>
    /// The loop's time for whatever takes a <see cref="System.TimeProvider"/>: Task.Delay, PeriodicTimer, CancellationTokenSource. Its timers' callbacks run on
    /// the loop's thread, in order, and must not block it; they are as exact as the loop's own, but for what .NET rounds down to whole milliseconds by
    /// itself, as Task.Delay does. When the selector is disposed they fire no more: what still waits
    /// for one then waits for ever.
    /// </summary>
    public TimeProvider TimeProvider { get; }

    internal TimerQueue Timers { get; }

    internal OperationPool<DelayOperation> Delays { get; } = new();

    /// <summary>
    /// Now on the loop's clock, which all delays and timeouts follow: nanoseconds that never go back, CLOCK_MONOTONIC unless
    /// <see cref="SelectorOptions.TimeProvider"/> gives another one. Any thread.
    /// </summary>
    public long GetTimestamp() => _clock.Now;

    /// <summary>Completes after a time, never before it.</summary>
    /// <param name="delay">How long, in steps of 100 ns; zero for the next turn, <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the delay.</param>
    /// <returns>To be awaited once.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancellationToken = default) =>
        DelayUntil(Timers, DueTime(delay, nameof(delay)), null, cancellationToken);

    /// <inheritdoc cref="DelayAsync(TimeSpan, CancellationToken)"/>
    /// <param name="delay">How long, in steps of 100 ns; zero for the next turn, <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="slack">
    /// By how much it may be late to share a wake-up of the loop with others, in whole microseconds, from 4 ms on in 12 significant bits, rounded down, at most
    /// 71 minutes; in place of <see cref="SelectorOptions.TimerSlack"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the delay.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative.</exception>
    public ValueTask DelayAsync(TimeSpan delay, TimeSpan slack, CancellationToken cancellationToken = default) =>
        DelayUntil(Timers, DueTime(delay, nameof(delay)), new TimerSlack(CheckSlack(slack, nameof(slack))), cancellationToken);

    /// <summary>Completes at a time on the loop's clock, never before it: to the nanosecond, and without drift when one follows from the other.</summary>
    /// <param name="timestamp">When, in nanoseconds as <see cref="GetTimestamp"/> has them; what is past is the next turn.</param>
    /// <param name="cancellationToken">Ends the delay.</param>
    /// <inheritdoc cref="DelayAsync(TimeSpan, CancellationToken)"/>
    public ValueTask DelayUntilAsync(long timestamp, CancellationToken cancellationToken = default) =>
        DelayUntil(Timers, Math.Max(timestamp, 0), null, cancellationToken);

    /// <inheritdoc cref="DelayUntilAsync(long, CancellationToken)"/>
    /// <param name="timestamp">When, in nanoseconds as <see cref="GetTimestamp"/> has them; what is past is the next turn.</param>
    /// <param name="slack">By how much it may be late, as in <see cref="DelayAsync(TimeSpan, TimeSpan, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Ends the delay.</param>
    public ValueTask DelayUntilAsync(long timestamp, TimeSpan slack, CancellationToken cancellationToken = default) =>
        DelayUntil(Timers, Math.Max(timestamp, 0), new TimerSlack(CheckSlack(slack, nameof(slack))), cancellationToken);

    /// <summary>Now, in nanoseconds of the loop's clock.</summary>
    internal long Now => _clock.Now;

    /// <summary>When a time span from now ends, in nanoseconds of the loop's clock; <see cref="long.MaxValue"/> is never.</summary>
    internal long DueTime(TimeSpan span, string parameter) => DueTime(span, _clock.Now, parameter);

    /// <summary>The object that timers with this callback have in common.</summary>
    internal TimerCallbackOf CallbackOf(Action<object?> callback)
    {
        TimerCallbackOf? last = _lastCallback;
        return last is not null && ReferenceEquals(last.Callback, callback) ? last : _lastCallback = new TimerCallbackOf(this, callback);
    }

    /// <exception cref="ArgumentOutOfRangeException">The slack is negative.</exception>
    internal static TimeSpan CheckSlack(TimeSpan slack, string parameter) => slack >= TimeSpan.Zero
        ? slack
        : throw new ArgumentOutOfRangeException(parameter, slack, "The slack must be zero or positive.");

    private static long DueTime(TimeSpan span, long now, string parameter)
    {
        // As an unsigned number what is negative is too much as well.
        long due = now + span.Ticks * TimeSpan.NanosecondsPerTick;
        return (ulong)span.Ticks <= Longest && due >= now ? due : UncommonDueTime(span, parameter);
    }

    private static long UncommonDueTime(TimeSpan span, string parameter) => span >= TimeSpan.Zero || span == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : throw new ArgumentOutOfRangeException(parameter, span, "The time must be zero, positive, or Timeout.InfiniteTimeSpan.");

    private ValueTask DelayUntil(TimerQueue timers, long due, TimerSlack? slack, CancellationToken cancellationToken)
    {
        ThrowIfForked();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        return (Delays.TryRent() ?? new DelayOperation(this)).Start(timers, due, slack, IsLoopThread, cancellationToken);
    }
}
