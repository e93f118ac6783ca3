using System.Diagnostics;

namespace LinuxEvents;

/// <summary>What one loop has done, and what it does now: written by the loop's thread alone, read by any.</summary>
/// <remarks>
/// <para>The race is between the loop, which moves time from "under way" to idle or busy, and a reader who adds the three up: if
/// it read the sum before that move and the beginning of what is under way after it, a whole sleep would be missing. So the times are
/// under a sequence lock: the loop makes <see cref="_version"/> odd, writes, and makes it even again; a reader takes the version, the
/// times and the clock, and does it over when the version was odd or has changed. Then idle, busy and what is under
/// way add up, to the nanosecond, to the time in which a thread drove the loop. The loop never waits for a reader.</para>
/// <para>No time may go backwards either: a reader who adds to a stretch that has just ended what belongs to the next one would make the following
/// reader find it shorter. So the loop makes the version odd and then reads the clock, and a reader reads the clock and then the
/// version; that neither the loop's store nor the reader's load is late is seen to by the reader, with a barrier that reaches all processors.</para>
/// <para>A turn lies between two polls. The clock is read when it ends and, if the loop then slept, when it wakes: the end of one
/// stretch is the beginning of the next. A poll that does not sleep belongs to the turn after it, and costs no reading of its own.</para>
/// <para>The version is also the name of the stretch under way: while it stays the same, so has the stretch. <see cref="StallMonitor"/>
/// reports a stretch by it, once for each <see cref="StallKnowledge"/> at most.</para>
/// <para>Writes are releases and reads are acquires, so that they keep their order on every processor, and 64 bits do not tear on 32;
/// on x64 they are plain instructions. The counters are each whole by themselves and not under the lock.
/// <see cref="Source"/> and <see cref="Callback"/> are hints for people: two stores for each event.</para>
/// </remarks>
internal sealed class LoopActivity
{
    private int _version;
    private volatile LoopState _state;
    private long _since;
    private long _idle;
    private long _busy;
    private long _longest;
    private long _stalls;
    private long _turns;
    private long _events;
    private long _posts;
    private long _timers;
    private long _wakeUps;
    private long _reported = -1;
    private object? _source;
    private object? _callback;
    private bool _inTurn;

    public LoopActivity(SelectorOptions options)
    {
        TimeSpan threshold = options.StallThreshold;
        StallThreshold = threshold == Timeout.InfiniteTimeSpan || threshold.TotalDays > 1000 ? long.MaxValue : threshold.Ticks * TimeSpan.NanosecondsPerTick;
        Watched = StallThreshold != long.MaxValue && options.Stalled is not null;
        Name = options.Name;
    }

    public string Name { get; }

    /// <summary>How long a turn may take, in nanoseconds.</summary>
    public long StallThreshold { get; }

    /// <summary>Whether the monitor looks after this loop.</summary>
    public bool Watched { get; }

    /// <summary>The registration that is served, the call that was posted, or <see langword="null"/>.</summary>
    public object? Source { get => Volatile.Read(ref _source); set => Volatile.Write(ref _source, value); }

    /// <summary>What continues there: a delegate or the box of a state machine, where it can be found.</summary>
    public object? Callback { get => Volatile.Read(ref _callback); set => Volatile.Write(ref _callback, value); }

    public long WakeUps => Volatile.Read(ref _wakeUps);

    /// <summary>A thread begins to drive the loop.</summary>
    public void Start()
    {
        Enter(LoopState.Busy);
        StallMonitor.OnBusy(this);
    }

    /// <summary>It drives it no longer.</summary>
    public void Stop() => EndTurn(Enter(LoopState.Absent));

    /// <summary>A turn ends, and the loop polls.</summary>
    /// <param name="deadline">Until when at most.</param>
    public void BeginPoll(long deadline)
    {
        long now = BeginWrite();
        EndTurn(EndWrite(deadline > now ? LoopState.Idle : LoopState.Busy, now));
    }

    /// <summary>The poll is over, and another turn begins.</summary>
    public void EndPoll()
    {
        Volatile.Write(ref _turns, _turns + 1);
        _inTurn = true;
        if (_state == LoopState.Idle)
            Start();
    }

    /// <summary>An event is about to be served.</summary>
    public void CountEvent(IRegistered registered)
    {
        Volatile.Write(ref _events, _events + 1);
        Source = registered;
    }

    /// <summary>The event has only been served in part, and is to be counted when its rest is.</summary>
    public void UncountEvent() => Volatile.Write(ref _events, _events - 1);

    /// <summary>A posted call is about to be run.</summary>
    public void CountPost(in PostedCall call)
    {
        Volatile.Write(ref _posts, _posts + 1);
        Callback = call.State;
        Source = call.Target;
    }

    /// <summary>A timer is about to be fired.</summary>
    public void CountTimer()
    {
        Volatile.Write(ref _timers, _timers + 1);
        Source = null;
    }

    /// <summary>The loop is about to be woken. Any thread.</summary>
    public void CountWakeUp() => Interlocked.Increment(ref _wakeUps);

    /// <summary>What the loop does just now.</summary>
    /// <param name="version">The name of the stretch.</param>
    /// <param name="duration">How long it has lasted, in nanoseconds.</param>
    public LoopState Look(out int version, out long duration)
    {
        LoopState state;
        do
        {
            version = BeginRead();
            state = _state;
            duration = Stopwatch.GetTimestamp() - Volatile.Read(ref _since);
        }
        while (!IsStill(version));
        return state;
    }

    /// <summary>Whether the stretch of this name is still under way.</summary>
    public bool IsStill(int version) => Volatile.Read(ref _version) == version;

    /// <summary>What runs just now, for people.</summary>
    /// <param name="known">How much that says.</param>
    public string DescribeCurrent(out StallKnowledge known)
    {
        object? source, callback;
        do
        {
            source = Source;
            callback = Callback;
            // Two halves of different events would name what never was.
        }
        while (source != Source);
        known = KnownOf(source, callback);
        return CallbackName.Describe(source, callback);
    }

    /// <summary>How much <see cref="DescribeCurrent"/> would say.</summary>
    public StallKnowledge Known => KnownOf(Source, Callback);

    /// <summary>Whether the stretch of this name has been reported as a stall, with as much knowledge.</summary>
    public bool IsReported(int version, StallKnowledge known) => Covers(Volatile.Read(ref _reported), version, known);

    /// <summary>Takes it on oneself to report the stretch of this name.</summary>
    /// <returns><see langword="false"/> when somebody has, with as much knowledge.</returns>
    public bool TryClaim(int version, StallKnowledge known)
    {
        long reported;
        do
        {
            reported = Volatile.Read(ref _reported);
            if (Covers(reported, version, known))
                return false;
        }
        while (Interlocked.CompareExchange(ref _reported, (long)version << 2 | (long)known, reported) != reported);
        return true;
    }

    /// <summary>All that was counted, with the times as they are at one moment.</summary>
    public SelectorStatistics Read()
    {
        long idle, busy, longest, stalls;
        int version;
        do
        {
            version = BeginRead();
            idle = Volatile.Read(ref _idle);
            busy = Volatile.Read(ref _busy);
            longest = Volatile.Read(ref _longest);
            stalls = Volatile.Read(ref _stalls);
            LoopState state = _state;
            long underWay = Stopwatch.GetTimestamp() - Volatile.Read(ref _since);
            Add(state, underWay, ref idle, ref busy, ref longest, ref stalls);
            Interlocked.MemoryBarrierProcessWide();
        }
        while (!IsStill(version));

        return new SelectorStatistics
        {
            Turns = Volatile.Read(ref _turns),
            Events = Volatile.Read(ref _events),
            Posts = Volatile.Read(ref _posts),
            TimersFired = Volatile.Read(ref _timers),
            WakeUps = WakeUps,
            Idle = ToTimeSpan(idle),
            Busy = ToTimeSpan(busy),
            LongestTurn = ToTimeSpan(longest),
            Stalls = stalls,
        };
    }

    private static StallKnowledge KnownOf(object? source, object? callback) => source is null && callback is null ? StallKnowledge.None : StallKnowledge.Name;

    private static bool Covers(long reported, int version, StallKnowledge known) => reported >> 2 == version && (reported & 3) >= (long)known;

    private static TimeSpan ToTimeSpan(long nanoseconds) => new(nanoseconds / TimeSpan.NanosecondsPerTick);

    private void Add(LoopState state, long length, ref long idle, ref long busy, ref long longest, ref long stalls)
    {
        if (state == LoopState.Idle)
        {
            idle += length;
        }
        else if (state == LoopState.Busy)
        {
            busy += length;
            longest = Math.Max(longest, length);
            if (length >= StallThreshold)
                stalls++;
        }
    }

    private int BeginRead()
    {
        var spinner = default(SpinWait);
        int version;
        while (((version = Volatile.Read(ref _version)) & 1) != 0)
            spinner.SpinOnce();
        return version;
    }

    private long Enter(LoopState state) => EndWrite(state, BeginWrite());

    /// <returns>The time, past which no reader is who still finds the old version.</returns>
    private long BeginWrite()
    {
        Volatile.Write(ref _version, _version + 1);
        // Neither the next stretch is taken for what has been run in this one, nor is that kept alive by a loop that sleeps.
        Source = Callback = null;
        return Stopwatch.GetTimestamp();
    }

    /// <returns>How long the stretch was that ends.</returns>
    private long EndWrite(LoopState state, long now)
    {
        long length = now - _since;
        if (_state == LoopState.Idle)
        {
            Volatile.Write(ref _idle, _idle + length);
        }
        else if (_state == LoopState.Busy)
        {
            Volatile.Write(ref _busy, _busy + length);
            if (length > _longest)
                Volatile.Write(ref _longest, length);
            if (length >= StallThreshold)
                Volatile.Write(ref _stalls, _stalls + 1);
        }

        Volatile.Write(ref _since, now);
        _state = state;
        Volatile.Write(ref _version, _version + 1);
        return length;
    }

    private void EndTurn(long length)
    {
        if (!_inTurn)
            return;
        _inTurn = false;
        MeterGate.OnTurn(Name, length);
    }
}
