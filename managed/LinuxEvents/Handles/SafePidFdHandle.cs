namespace LinuxEvents;

/// <summary>The descriptor of a pidfd: a process as a descriptor, which can't be mistaken for a later one with the same number. pidfd_open(2)</summary>
public sealed class SafePidFdHandle : SafeFdHandle
{
    /// <summary>Makes a handle that holds no descriptor.</summary>
    public SafePidFdHandle()
    {
    }

    /// <summary>Wraps a descriptor.</summary>
    /// <param name="descriptor">Its number, or -1 for none.</param>
    /// <param name="ownsHandle">Whether disposing the handle closes the descriptor.</param>
    public SafePidFdHandle(int descriptor, bool ownsHandle)
        : base(descriptor, ownsHandle)
    {
    }
}
