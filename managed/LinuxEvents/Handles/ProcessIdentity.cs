namespace LinuxEvents;

/// <summary>The four ids that a process has of a kind, user or group. credentials(7)</summary>
/// <param name="Real">Who started it.</param>
/// <param name="Effective">Whose rights it has.</param>
/// <param name="Saved">Whose rights it may take back.</param>
/// <param name="FileSystem">Whose rights it has on files.</param>
public readonly record struct ProcessIdentity(uint Real, uint Effective, uint Saved, uint FileSystem);
