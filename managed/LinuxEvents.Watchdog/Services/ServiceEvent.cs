namespace LinuxEvents.Watchdog;

/// <summary>Something that the watchdog did or saw.</summary>
/// <param name="Service">Whom it concerns, or <see cref="Values.Watchdog"/>.</param>
/// <param name="Kind">One word or more with hyphens, for programs.</param>
/// <param name="Message">One line for people.</param>
internal sealed record ServiceEvent(string Service, string Kind, string Message)
{
    public int? ProcessId { get; init; }

    /// <summary>With which code a process exited.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Which signal ended it, or was sent to it.</summary>
    public LinuxSignal? Signal { get; init; }

    /// <summary>The system call that failed.</summary>
    public LinuxEventsException? Error { get; init; }

    /// <summary>How many restarts there were in a row, with the one announced.</summary>
    public int? Restart { get; init; }

    /// <summary>How long it is until then.</summary>
    public TimeSpan? Delay { get; init; }
}
