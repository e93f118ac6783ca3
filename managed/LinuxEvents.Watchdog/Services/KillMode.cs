namespace LinuxEvents.Watchdog;

/// <summary>Whom the signals of a stop go to.</summary>
internal enum KillMode
{
    /// <summary>The service's whole process group.</summary>
    Group,

    /// <summary>The process that was started, alone.</summary>
    Process,
}
