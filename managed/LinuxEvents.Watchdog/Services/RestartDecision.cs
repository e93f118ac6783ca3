namespace LinuxEvents.Watchdog;

/// <summary>What follows the end of a run.</summary>
/// <param name="Number">Which restart of the row comes next; 0 when none does.</param>
/// <param name="Delay">How long to wait before it.</param>
/// <param name="LimitReached">The policy asks for a restart that the limit forbids.</param>
internal readonly record struct RestartDecision(int Number, TimeSpan Delay, bool LimitReached);
