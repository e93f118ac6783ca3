namespace LinuxEvents;

/// <summary>What of a process is limited. getrlimit(2)</summary>
public enum ResourceKind
{
    /// <summary>CPU time, in seconds: then SIGXCPU comes each second, and SIGKILL at the hard limit.</summary>
    CpuTime = 0,

    /// <summary>The size of a file, in bytes.</summary>
    FileSize = 1,

    /// <summary>Initialised data and heap, in bytes.</summary>
    Data = 2,

    /// <summary>The main thread's stack, in bytes.</summary>
    Stack = 3,

    /// <summary>The size of a core dump, in bytes; 0 for none.</summary>
    CoreSize = 4,

    /// <summary>Resident memory, in bytes. No effect since Linux 2.4.30.</summary>
    ResidentMemory = 5,

    /// <summary>How many processes and threads the child's user may have when it starts another.</summary>
    Processes = 6,

    /// <summary>The number of descriptors: one more than the highest.</summary>
    OpenFiles = 7,

    /// <summary>Locked memory, in bytes.</summary>
    LockedMemory = 8,

    /// <summary>Address space, in bytes.</summary>
    AddressSpace = 9,

    /// <summary>File locks. No effect since Linux 2.4.25.</summary>
    FileLocks = 10,

    /// <summary>How many signals may be queued for the child's user.</summary>
    PendingSignals = 11,

    /// <summary>POSIX message queues of the child's user, in bytes.</summary>
    MessageQueues = 12,

    /// <summary>How far the nice value can be lowered: to 20 less this.</summary>
    Nice = 13,

    /// <summary>The highest real-time priority.</summary>
    RealTimePriority = 14,

    /// <summary>CPU time without a blocking call under a real-time policy, in microseconds.</summary>
    RealTimeCpuTime = 15,
}
