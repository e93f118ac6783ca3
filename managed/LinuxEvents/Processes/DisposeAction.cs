namespace LinuxEvents;

/// <summary>What becomes of a child that its owner gives up while it runs. With a process group of its own, the whole group is meant.</summary>
public enum DisposeAction
{
    /// <summary>Nothing: it runs on, and is reaped when it ends.</summary>
    Leave,

    /// <summary>
    /// It gets SIGTERM (and SIGCONT, for one that is stopped could not act on it), and after <see cref="SpawnOptions.TerminateGrace"/>
    /// SIGKILL. That happens in the background, as long as its selector runs.
    /// </summary>
    Terminate,

    /// <summary>It gets SIGKILL.</summary>
    Kill,
}
