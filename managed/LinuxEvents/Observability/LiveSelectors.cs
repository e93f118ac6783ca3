using System.Runtime.CompilerServices;

namespace LinuxEvents;

/// <summary>All selectors of the process that have not ended, without keeping any alive.</summary>
/// <remarks>
/// Sums are kept by name, and what a selector has counted stays in the sum of its name when it ends, in one step under the lock: so that
/// no counter ever falls. One that was dropped without being disposed is found dead at the next look, and its counters, which are held here, are
/// kept the same way.
/// </remarks>
internal static class LiveSelectors
{
    private static readonly object s_lock = new();
    private static readonly List<LiveSelector> s_live = [];
    private static readonly Dictionary<string, StrongBox<SelectorStatistics>> s_ended = []; // boxed: .NET has that dictionary compiled

    public static void Add(Selector selector)
    {
        MeterGate.OnSelector();
        lock (s_lock)
            s_live.Add(new LiveSelector(selector.Activity, new WeakReference<Selector>(selector)));
        if (selector.Activity.Watched)
            StallMonitor.OnAdded();
    }

    public static void Remove(LoopActivity activity)
    {
        lock (s_lock)
        {
            int index = s_live.FindIndex(live => live.Activity == activity);
            if (index >= 0)
                RemoveAt(index);
        }

        if (activity.Watched)
            StallMonitor.OnRemoved();
    }

    /// <summary>Sums up by name what is read of each selector, and what those have counted that have ended.</summary>
    public static Dictionary<string, SelectorStatistics> Sum(Func<LiveSelector, SelectorStatistics> read)
    {
        lock (s_lock)
        {
            DropDead();
            var sums = s_ended.ToDictionary(static ended => ended.Key, static ended => ended.Value.Value);
            foreach (LiveSelector live in s_live)
                sums[live.Activity.Name] = SelectorStatistics.Add(sums.GetValueOrDefault(live.Activity.Name), read(live));
            return sums;
        }
    }

    /// <summary>Fills a list with the selectors that the stall monitor looks after.</summary>
    /// <returns>Whether there are any.</returns>
    public static bool TryGetWatched(List<LiveSelector> watched)
    {
        watched.Clear();
        lock (s_lock)
        {
            DropDead();
            foreach (LiveSelector live in s_live)
            {
                if (live.Activity.Watched)
                    watched.Add(live);
            }
        }

        return watched.Count > 0;
    }

    private static void DropDead()
    {
        for (int i = s_live.Count - 1; i >= 0; i--)
        {
            if (!s_live[i].Selector.TryGetTarget(out _))
                RemoveAt(i);
        }
    }

    private static void RemoveAt(int index)
    {
        LoopActivity activity = s_live[index].Activity;
        if (!s_ended.TryGetValue(activity.Name, out StrongBox<SelectorStatistics>? ended))
            s_ended.Add(activity.Name, ended = new StrongBox<SelectorStatistics>());
        ended.Value = SelectorStatistics.Add(ended.Value, activity.Read());
        s_live[index] = s_live[^1];
        s_live.RemoveAt(s_live.Count - 1);
    }
}
