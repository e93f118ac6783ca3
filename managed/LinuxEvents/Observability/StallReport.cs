using System.Globalization;

namespace LinuxEvents;

/// <summary>A loop that has been held up for longer than its <see cref="SelectorOptions.StallThreshold"/>, and by what.</summary>
public sealed class StallReport
{
    internal StallReport(Selector selector, string cause, TimeSpan duration, string? stackTrace = null)
    {
        Selector = selector;
        Cause = cause;
        Duration = duration;
        StackTrace = stackTrace;
    }

    /// <summary>The selector whose loop it is.</summary>
    public Selector Selector { get; }

    /// <summary>
    /// What runs in the loop's thread just now, for people to read: the registration that was ready and the method that continues for it,
    /// or the method that was posted.
    /// </summary>
    public string Cause { get; }

    /// <summary>For how long the loop has not looked at its descriptors, or for how long it has been blocked, up to the report.</summary>
    public TimeSpan Duration { get; }

    /// <summary>
    /// Where the loop's thread is blocked, when it was the thread itself that noticed. Otherwise <see langword="null"/>: .NET gives no thread
    /// the stack of another.
    /// </summary>
    public string? StackTrace { get; }

    /// <summary>The report in one line, and the stack trace, if there is one, below it.</summary>
    public override string ToString()
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"The selector {Selector.Name} has been held up for {Duration.TotalMilliseconds:F0} ms by {Cause}.");
        return StackTrace is null ? line : $"{line}{Environment.NewLine}{StackTrace}";
    }
}
