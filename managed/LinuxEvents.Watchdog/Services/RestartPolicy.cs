namespace LinuxEvents.Watchdog;

/// <summary>When a service that has ended is started again.</summary>
internal enum RestartPolicy
{
    Never,

    /// <summary>After any end but exit code 0.</summary>
    OnFailure,

    Always,
}
