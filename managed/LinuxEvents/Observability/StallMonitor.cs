namespace LinuxEvents;

/// <summary>One thread for all loops of the process that says of a turn that takes too long what it is, while it is still stuck.</summary>
/// <remarks>
/// <para>It looks when the earliest of the turns under way would become a stall, and parks when every loop sleeps. The race is between
/// the monitor that is about to park and a loop that begins a turn:</para>
/// <code>
///     monitor: sees the loop asleep                        loop: writes "busy", reads "not parked"
///     monitor: writes "parked", sleeps for ever            loop: is stuck, and nobody looks
/// </code>
/// <para>So each writes first and then reads what the other wrote: the loop its state and then <see cref="s_parked"/>, the monitor
/// <see cref="s_parked"/> and then, once more, every loop's state. That both miss each other could only come of a store that
/// a processor delays behind the following load. A fence in every turn of every loop would prevent it; here the monitor alone
/// pays, with a barrier that reaches all processors between its store and its looks. A turn costs one ordinary read.</para>
/// <para>Whoever takes the mark away wakes the monitor: one wake-up for a parking, however many loops begin. While it is not parked,
/// a loop that begins says nothing: the monitor looks again before the shortest threshold has passed, which is early enough for any
/// turn that began since its last look. A selector enters the list of <see cref="LiveSelectors"/> before its first turn, and the list is copied after
/// the barrier: one that is not in the copy yet will read the mark.</para>
/// <para>A stretch is reported once, by who exchanges its version into the loop's mark; and again only by who knows more
/// (<see cref="StallKnowledge"/>), or a turn that was held up before its first callback began would hide that this one is stuck. What runs is read
/// between two looks at the version, so that it belongs to the turn that is reported. The thread ends when it finds nobody to look after, under the
/// lock under which it is started.</para>
/// </remarks>
internal static class StallMonitor
{
    private static readonly object s_lock = new();
    private static readonly AutoResetEvent s_wake = new(false);
    private static bool s_running;
    private static int s_parked;

    /// <summary>Whether the monitor sleeps until a loop begins a turn.</summary>
    public static bool IsParked => Volatile.Read(ref s_parked) != 0;

    /// <summary>A selector that is to be watched has entered the list.</summary>
    public static void OnAdded()
    {
        lock (s_lock)
        {
            if (!s_running)
                new Thread(Run) { IsBackground = true, Name = "lxe-stalls" }.UnsafeStart();
            s_running = true;
        }

        s_wake.Set();
    }

    /// <summary>A selector that was watched has left the list.</summary>
    public static void OnRemoved() => s_wake.Set();

    /// <summary>A loop has begun a turn.</summary>
    public static void OnBusy(LoopActivity activity)
    {
        if (activity.Watched && Volatile.Read(ref s_parked) != 0 && Interlocked.Exchange(ref s_parked, 0) != 0)
            s_wake.Set();
    }

    private static void Run()
    {
        List<LiveSelector> watched = [];
        while (IsNeeded(watched))
        {
            int wait = LookAt(watched);
            if (wait == Timeout.Infinite)
            {
                Volatile.Write(ref s_parked, 1);
                Interlocked.MemoryBarrierProcessWide();
                LiveSelectors.TryGetWatched(watched);
                wait = LookAt(watched);
            }

            watched.Clear();
            s_wake.WaitOne(wait);
            Volatile.Write(ref s_parked, 0);
        }
    }

    private static bool IsNeeded(List<LiveSelector> watched)
    {
        lock (s_lock)
            return s_running = LiveSelectors.TryGetWatched(watched);
    }

    /// <returns>After how many milliseconds to look again; <see cref="Timeout.Infinite"/> when no loop is busy.</returns>
    private static int LookAt(List<LiveSelector> watched)
    {
        bool busy = false;
        long next = long.MaxValue;
        foreach (LiveSelector live in watched)
        {
            LoopActivity activity = live.Activity;
            next = Math.Min(next, activity.StallThreshold);
            if (activity.Look(out int version, out long duration) != LoopState.Busy)
                continue;
            busy = true;
            if (duration < activity.StallThreshold)
                next = Math.Min(next, activity.StallThreshold - duration);
            else if (!activity.IsReported(version, activity.Known))
                Report(live, version, duration);
        }

        return busy ? (int)Math.Min(next / 1_000_000 + 1, int.MaxValue) : Timeout.Infinite;
    }

    private static void Report(LiveSelector live, int version, long duration)
    {
        string what = live.Activity.DescribeCurrent(out StallKnowledge known);
        if (live.Activity.IsStill(version) && live.Selector.TryGetTarget(out Selector? selector) && live.Activity.TryClaim(version, known))
            selector.ReportStall(what, new TimeSpan(duration / TimeSpan.NanosecondsPerTick));
    }
}
