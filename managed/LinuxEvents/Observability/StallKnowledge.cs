namespace LinuxEvents;

/// <summary>How much a report of a stall says of what holds the loop up.</summary>
internal enum StallKnowledge
{
    /// <summary>Nothing: the turn is late, but its first callback has not begun, because the machine is busy with something else, say.</summary>
    None,

    /// <summary>What runs.</summary>
    Name,

    /// <summary>Where the thread waits, too.</summary>
    Stack,
}
