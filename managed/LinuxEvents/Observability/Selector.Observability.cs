using System.Globalization;
using System.Text;

namespace LinuxEvents;

/// <content>What can be seen of a selector from outside.</content>
public sealed partial class Selector
{
    internal long WakeUps => Activity.WakeUps;

    /// <summary>What the selector has done until now. Any thread; also after the selector was disposed.</summary>
    /// <remarks>Counting the outstanding waits takes some microseconds for a thousand registrations; the rest takes none.</remarks>
    public SelectorStatistics GetStatistics() => Activity.Read() with
    {
        Registrations = Registrations.Count,
        PendingWaits = Registrations.CountWaits(),
        PendingTimers = Timers.Count,
        PendingPosts = _posts.Count,
    };

    /// <summary>
    /// What the selector does just now, in lines for people: what runs or since when it sleeps, what it has done, and each registration
    /// with its waits. Any thread; of a loop that is stuck, too. The form may change.
    /// </summary>
    public string DumpState()
    {
        SelectorStatistics done = GetStatistics();
        LoopState state = Activity.Look(out _, out long nanoseconds);
        double milliseconds = nanoseconds / 1e6;
        long due = Timers.Next;
        var lines = new StringBuilder();
        void Add(FormattableString line) => lines.AppendLine(line.ToString(CultureInfo.InvariantCulture));

        if (state == LoopState.Busy)
            Add($"selector {Name}: busy for {milliseconds:F3} ms with {Activity.DescribeCurrent(out _)}");
        else if (state == LoopState.Idle)
            Add($"selector {Name}: asleep for {milliseconds:F3} ms");
        else
            Add($"selector {Name}: {(_closed.IsSet ? "disposed" : "nobody runs it")}");
        Add($"  turns {done.Turns}, events {done.Events}, posts {done.Posts}, timers {done.TimersFired}, wake-ups {done.WakeUps}");
        Add($"  idle {done.Idle.TotalMilliseconds:F3} ms, busy {done.Busy.TotalMilliseconds:F3} ms, longest turn {done.LongestTurn.TotalMilliseconds:F3} ms, stalls {done.Stalls}");
        Add($"  pending posts {done.PendingPosts}");
        if (due == long.MaxValue)
            Add($"  pending timers {done.PendingTimers}");
        else
            Add($"  pending timers {done.PendingTimers}, the next one due in {(due - _clock.Now) / 1e6:F3} ms");
        Add($"  registrations {done.Registrations}, waits {done.PendingWaits}");
        foreach (IRegistered registered in Registrations.ToList())
            lines.Append("    ").AppendLine(registered.DumpState());
        return lines.ToString();
    }

    /// <summary>Has a stall reported. Whoever calls has seen to it that each is reported once.</summary>
    internal void ReportStall(string what, TimeSpan duration, string? stackTrace = null)
    {
        try
        {
            _options.Stalled?.Invoke(new StallReport(this, what, duration, stackTrace));
        }
        catch (Exception e) when (_options.UnhandledException is not null)
        {
            _options.UnhandledException(e);
        }
    }
}
