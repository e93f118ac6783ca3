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
