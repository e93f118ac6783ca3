namespace LinuxEvents;

/// <summary>The four ids that a process has of a kind, user or group. credentials(7)</summary>
public readonly record struct ProcessIdentity
{
    internal ProcessIdentity(uint real, uint effective, uint saved, uint fileSystem)
    {
        Real = real;
        Effective = effective;
        Saved = saved;
        FileSystem = fileSystem;
    }

    /// <summary>Who started it.</summary>
    public uint Real { get; }

    /// <summary>Whose rights it has.</summary>
    public uint Effective { get; }

    /// <summary>Whose rights it may take back.</summary>
    public uint Saved { get; }

    /// <summary>Whose rights it has on files.</summary>
    public uint FileSystem { get; }
}
