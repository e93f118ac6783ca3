namespace LinuxEvents;

/// <summary>What is known of a descriptor beyond what the kernel tells.</summary>
internal enum FdOrigin
{
    Unknown,

    /// <summary>
    /// A pipe that nobody writes packets to: what reads less than it asked for has read all. The reading end can't be asked whether
    /// the other one writes packets, which are read one at a time.
    /// </summary>
    BytePipe,

    /// <summary>A named pipe whose first read waits for the first writer, as a blocking open would.</summary>
    NewFifoReader,
}
