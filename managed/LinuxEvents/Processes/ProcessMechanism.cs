namespace LinuxEvents;

/// <summary>How children are started and reaped.</summary>
public enum ProcessMechanism
{
    /// <summary>They are children of this process; a pidfd tells their end, and they are reaped by it.</summary>
    Direct,

    /// <summary>
    /// One helper process starts and reaps them, and hands their statuses over. It is what <c>getppid()</c> tells them:
    /// <see cref="ProcessSupport.ReaperProcessId"/>.
    /// </summary>
    Reaper,
}
