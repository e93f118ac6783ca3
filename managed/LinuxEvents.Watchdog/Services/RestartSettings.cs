namespace LinuxEvents.Watchdog;

/// <summary>Whether, when and how often a service is started again.</summary>
/// <param name="Policy">After which ends.</param>
/// <param name="Backoff">How long to wait.</param>
/// <param name="Limit">How many restarts in a row; null for any number.</param>
internal sealed record RestartSettings(RestartPolicy Policy, Backoff Backoff, int? Limit)
{
    public static RestartSettings Default { get; } = new(RestartPolicy.Never, Backoff.Default, null);
}
