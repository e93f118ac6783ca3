using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A process that is looked at from time to time, where there are no pidfds.</summary>
/// <remarks>
/// The descriptor of the directory /proc/PID belongs to the process: once that was reaped nothing is read by it, even if another process has the
/// number. What is between two looks is not seen: of a process that ended and was reaped there, only that it is gone.
/// </remarks>
internal sealed class WatchedProcEntry : WatchedProcess
{
    private readonly Selector _selector;
    private readonly TimeSpan _interval;
    private readonly CancellationTokenSource _disposed = new();

    public WatchedProcEntry(int id, TimeSpan interval, Selector selector)
    {
        _selector = selector;
        _interval = interval;
        int directory = ProcEntry.Open($"/proc/{id}");
        if (directory < 0)
            LinuxEventsException.Throw(directory == -Errno.ENOENT ? Errno.ESRCH : -directory, "open", $"process {id}");
        Handle = new SafeFdHandle(directory, ownsHandle: true);
        try
        {
            if (Look(out _) == Errno.ESRCH)
                LinuxEventsException.Throw(Errno.ESRCH, "open", $"process {id}");
        }
        catch
        {
            Handle.Dispose();
            throw;
        }
    }

    public override SafeFdHandle Handle { get; }

    public override bool HasEnded() => Look(out ProcEntry entry) != 0 || entry.HasEnded;

    public override async ValueTask WaitForEndAsync(CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, _disposed.Token);
        try
        {
            while (!HasEnded())
                await _selector.DelayAsync(_interval, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            token.ThrowIfCancellationRequested();
            throw new ObjectDisposedException(nameof(ProcessWatch));
        }
    }

    public override bool WaitForEnd(long deadline)
    {
        while (!HasEnded())
        {
            TimeSpan left = Deadline.Left(deadline);
            if (left == TimeSpan.Zero)
                return false;
            Thread.Sleep(left < _interval ? left : _interval);
        }

        return true;
    }

    public override bool TryGetStatus(out ExitStatus status)
    {
        using var directory = new DescriptorReference(Handle);
        if (!ProcEntry.TryGetStatus($"/proc/self/fd/{directory.Number}", out status))
            status = ExitStatus.Unknown(Look(out _) == 0
                ? "nobody has reaped the process yet, and this one may not look at it"
                : "the process was reaped between two looks, and there are no pidfds");
        return true;
    }

    public override ValueTask WaitForReapAsync(TimeSpan grace, CancellationToken token) => default;

    public override void WaitForReap(long deadline)
    {
    }

    public override void Dispose()
    {
        _disposed.Cancel();
        Handle.Dispose();
    }

    /// <returns>0, or ESRCH when the process was reaped.</returns>
    private int Look(out ProcEntry entry)
    {
        using var directory = new DescriptorReference(Handle);
        int error = ProcEntry.TryRead($"/proc/self/fd/{directory.Number}", out entry);
        if (error is Errno.ENOENT or Errno.ESRCH)
            return Errno.ESRCH;
        return error == 0 ? 0 : throw LinuxEventsException.Create(error, "read", $"/proc/self/fd/{directory.Number}/stat");
    }
}
