namespace LinuxEvents;

/// <summary>A child that was started: what <see cref="ChildWatch"/> needs of it, which calls all but <see cref="Handle"/> under its gate.</summary>
internal abstract class StartedChild
{
    /// <summary>The process id.</summary>
    public abstract int Id { get; }

    /// <summary>
    /// Becomes readable when the child may have ended, and then reports an edge with every change, until the end is
    /// among them.
    /// </summary>
    public abstract SafeFdHandle Handle { get; }

    /// <summary>Reaps the child if it has ended; not to be called again after it was.</summary>
    public abstract bool TryReap(out ExitStatus status);

    /// <summary>Takes the stop or continuation that was not reported yet. Not to be called after it was reaped.</summary>
    public abstract ChildChange? TakeChange();

    /// <returns><see langword="false"/> when it has ended. Not to be called after it was reaped.</returns>
    public abstract bool Signal(LinuxSignal signal);

    /// <returns>As <see cref="Signal"/>.</returns>
    public abstract bool QueueSignal(LinuxSignal signal, long value);

    /// <returns><see langword="false"/> when the group that it leads is empty. To be called until <see cref="Release"/>.</returns>
    public abstract bool SignalProcessGroup(LinuxSignal signal);

    /// <summary>Gives up what is left of a child that was reaped.</summary>
    public abstract void Release();

    /// <summary>Ends a child that nobody can watch, and leaves nothing of it.</summary>
    public abstract void Abort();
}
