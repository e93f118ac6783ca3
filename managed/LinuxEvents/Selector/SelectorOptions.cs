namespace LinuxEvents;

/// <summary>How a <see cref="Selector"/> is set up.</summary>
public sealed class SelectorOptions
{
    /// <summary>The selector's name, also that of its thread; the kernel shows the first 15 bytes.</summary>
    public string Name { get; init; } = "LinuxEvents";

    /// <summary>
    /// Receives what a posted callback throws, on the loop's thread; the loop goes on. Without it the exception leaves
    /// <see cref="Selector.Run"/>, and ends the process where the selector has a thread of its own.
    /// </summary>
    public Action<Exception>? UnhandledException { get; init; }

    /// <summary>
    /// How long one turn of the loop may take before it counts as a stall and <see cref="Stalled"/> is told; never, by default. A sleeping
    /// loop does not stall, however long it sleeps.
    /// </summary>
    public TimeSpan StallThreshold { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Receives a report, once for each stall, while the loop is still stuck: on a thread that watches all loops, so it must
    /// not block; or on the loop's own thread, when that found itself blocked. What it throws goes to <see cref="UnhandledException"/>.
    /// </summary>
    public Action<StallReport>? Stalled { get; init; }

    /// <summary>Where delays continue, and the waits of registrations that say nothing else.</summary>
    public ContinuationMode Continuations { get; init; }

    /// <summary>Where time comes from; the kernel's monotonic clock unless a test brings its own.</summary>
    internal Func<Selector, LoopClock>? Clock { get; init; }
}
