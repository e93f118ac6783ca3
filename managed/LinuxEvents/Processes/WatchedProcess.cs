namespace LinuxEvents;

/// <summary>How a <see cref="ProcessWatch"/> sees its process: by pidfd, or by looks into /proc.</summary>
internal abstract class WatchedProcess : IDisposable
{
    /// <summary>Stands for the process: pidfd_send_signal(2) takes it.</summary>
    public abstract SafeFdHandle Handle { get; }

    /// <summary>Looks whether it has ended.</summary>
    public abstract bool HasEnded();

    /// <summary>Completes when it has ended.</summary>
    public abstract ValueTask WaitForEndAsync(CancellationToken token);

    /// <summary>Blocks the thread until it has ended.</summary>
    /// <returns><see langword="false"/> when the deadline passed.</returns>
    public abstract bool WaitForEnd(long deadline);

    /// <summary>Tells how it ended, after it has.</summary>
    /// <param name="status">How, or why that is not known.</param>
    /// <returns><see langword="false"/> when it is not known, but will be once the process is reaped.</returns>
    public abstract bool TryGetStatus(out ExitStatus status);

    /// <summary>Completes when it was reaped, or the time has passed. After a <see cref="TryGetStatus"/> that said so.</summary>
    public abstract ValueTask WaitForReapAsync(TimeSpan grace, CancellationToken token);

    /// <summary>As <see cref="WaitForReapAsync"/>, but blocks the thread.</summary>
    public abstract void WaitForReap(long deadline);

    /// <summary>Ends all waits.</summary>
    public abstract void Dispose();
}
