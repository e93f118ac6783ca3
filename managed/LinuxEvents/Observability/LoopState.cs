namespace LinuxEvents;

/// <summary>What a loop's thread does.</summary>
internal enum LoopState
{
    /// <summary>Nobody drives the loop.</summary>
    Absent,

    /// <summary>It sleeps until something happens.</summary>
    Idle,

    /// <summary>It looks what is ready without sleeping, or serves it.</summary>
    Busy,
}
