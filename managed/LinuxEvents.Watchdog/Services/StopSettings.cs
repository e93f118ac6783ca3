namespace LinuxEvents.Watchdog;

/// <summary>How a service is asked to end, and for how long it may take its time before SIGKILL.</summary>
internal sealed record StopSettings(LinuxSignal Signal, TimeSpan Grace, KillMode KillMode)
{
    public static StopSettings Default { get; } = new(LinuxSignal.SIGTERM, TimeSpan.FromSeconds(10), KillMode.Group);
}
