namespace LinuxEvents;

/// <summary>How a <see cref="Selector"/> is set up. The selector keeps a copy: what is changed afterwards is for the next one.</summary>
public sealed class SelectorOptions
{
    /// <summary>The selector's name, also that of its thread; the kernel shows the first 15 bytes.</summary>
    public string Name
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = "LinuxEvents";

    /// <summary>
    /// Receives what a posted callback throws, on the loop's thread; the loop goes on. Without it the exception leaves
    /// <see cref="Selector.Run"/>, and ends the process where the selector has a thread of its own.
    /// </summary>
    public Action<Exception>? UnhandledException { get; set; }

    /// <summary>
    /// How long one turn of the loop may take before it counts as a stall and <see cref="Stalled"/> is told; never, by default. A sleeping
    /// loop does not stall, however long it sleeps.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public TimeSpan StallThreshold
    {
        get;
        set
        {
            if (value != Timeout.InfiniteTimeSpan)
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Receives a report, once for each stall, while the loop is still stuck: on a thread that watches all loops, so it must
    /// not block; or on the loop's own thread, when that found itself blocked. Another report of the same stall only follows when it says
    /// more: the name of a callback that had not begun before, or the stack of a synchronous wait that has lasted for
    /// <see cref="BlockingWaitThreshold"/> by then. What it throws goes to <see cref="UnhandledException"/>.
    /// </summary>
    public Action<StallReport>? Stalled { get; set; }

    /// <summary>What happens when a callback blocks the loop's thread by a synchronous wait: a report of it, by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such policy.</exception>
    public BlockingWaitPolicy BlockingWait
    {
        get;
        set => field = OptionValue.Defined(value, BlockingWaitPolicy.Allow);
    }

    /// <summary>How long a synchronous wait on the loop's thread may take, in whole milliseconds; half a second by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan BlockingWaitThreshold
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How many posted calls a turn runs at most, 4096 by default. The rest follows in the next turn, after another look at the descriptors and
    /// timers.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int PostsPerTurn
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 4096;

    /// <summary>How many timers a turn fires at most, 4096 by default. The rest follows in the next turn.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int TimersPerTurn
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 4096;

    /// <summary>
    /// By how much delays and timeouts may be late that say nothing else, to share a wake-up of the loop with others: zero by default, in whole
    /// microseconds, from 4 ms on in 12 significant bits, rounded down, at most 71 minutes. The loop then wakes as seldom as the windows between
    /// each due time and that much later allow.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan TimerSlack
    {
        get;
        set => field = LinuxEvents.Selector.CheckSlack(value, nameof(value));
    }

    /// <summary>
    /// Where the loop's time comes from: all delays, timeouts and tickers then follow this provider, so that a program is tested in
    /// time that the test makes pass. The kernel's monotonic clock where it is <see langword="null"/> or <see cref="TimeProvider.System"/>. What
    /// <see cref="Selector.RunOnce"/> waits, and what <see cref="Selector.GetStatistics"/> measures, stays real time.
    /// </summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>
    /// Lets the time of <see cref="TimeProvider"/> pass: called on the loop's thread, with the time until the next timer, when the loop
    /// would sleep only for that, which is when nothing is posted and no wait for readiness is outstanding. Without it the loop sleeps until somebody else
    /// moves the provider on. Of work that others do on other threads the loop knows nothing: time passes while it is under way.
    /// </summary>
    public Action<TimeSpan>? AutoAdvance { get; set; }

    /// <summary>Called on the loop's thread before each look at the descriptors, which may sleep. What it throws is treated as a posted call's.</summary>
    public Action<Selector>? BeforePoll { get; set; }

    /// <summary>Called on the loop's thread after each look at the descriptors, before what was found is served.</summary>
    public Action<Selector>? AfterPoll { get; set; }

    /// <summary>Where delays continue, and the waits of registrations that say nothing else: where they began, by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such mode.</exception>
    public ContinuationMode Continuations
    {
        get;
        set => field = OptionValue.Defined(value, ContinuationMode.Inline);
    }

    /// <summary>
    /// On which processors, counted from 0, the selector's own thread may run; wherever the process may, by default. Nothing for a selector
    /// that is driven by hand.
    /// </summary>
    public IReadOnlyCollection<int>? Processors { get; set; }

    /// <summary>Where time comes from in place of the kernel's clocks, when a test brings its own.</summary>
    internal Func<Selector, TimerClock, LoopClock>? Clock { get; init; }

    internal SelectorOptions Copy() => (SelectorOptions)MemberwiseClone();
}
