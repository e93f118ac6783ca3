namespace LinuxEvents;

/// <summary>A descriptor in a selector's set, and who serves what the kernel reports of it.</summary>
internal interface IRegistered
{
    /// <summary>The loop that watches it.</summary>
    Selector Selector { get; }

    /// <summary>What the kernel's events carry to find it. The table's to set.</summary>
    ulong Key { get; set; }

    /// <summary>How many waits are outstanding. Any thread.</summary>
    int PendingWaits { get; }

    /// <summary>Whether a report that was served in part, because a callback threw, is not to be served again.</summary>
    bool IsOneShot { get; }

    /// <summary>The loop has an event for the descriptor.</summary>
    void Dispatch(PollEvents events, long turn);

    /// <summary>The selector ends: takes the descriptor out of the set, and ends all waits.</summary>
    void EndWithSelector();

    /// <summary>What it is and who waits, in one line.</summary>
    string DumpState();
}
