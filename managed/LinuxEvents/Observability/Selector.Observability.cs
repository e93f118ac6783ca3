namespace LinuxEvents;

/// <content>What can be seen of a selector from outside.</content>
public sealed partial class Selector
{
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
