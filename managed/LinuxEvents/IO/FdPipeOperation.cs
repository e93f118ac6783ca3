namespace LinuxEvents;

/// <summary>
/// The read or flush of a pipe that has to wait: one object per pipe. Cancelled by its caller's token, or by
/// CancelPending..., which ends the pending operation, or else the next, as cancelled, once.
/// </summary>
#pragma warning disable CA1001 // A source without a timer holds nothing.
internal abstract class FdPipeOperation(FdDirection direction) : FdOperation(direction)
#pragma warning restore CA1001
{
    private readonly object _lock = new();
    private CancellationTokenSource _source = new();
    private CancellationTokenRegistration _link;
    private CancellationToken _callers;
    private bool _requested;

    /// <summary>From its begin until its result is fetched.</summary>
    public bool IsPending { get; private set; }

    protected sealed override int Result => 0;

    public void Begin(CancellationToken callers)
    {
        IsPending = true;
        _callers = callers;
        CancellationTokenSource source = _source;
        _link = callers.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        Start(source.Token);
    }

    /// <summary>CancelPending...</summary>
    public void RequestCancellation()
    {
        lock (_lock)
        {
            _requested = true;
            _source.Cancel();
        }
    }

    /// <summary>Whether a cancellation was requested; it is used up then.</summary>
    public bool TakeCancellation() => Volatile.Read(ref _requested) && RenewSource();

    /// <summary>Fetches the result.</summary>
    /// <returns>Whether CancelPending... ended it.</returns>
    /// <exception cref="OperationCanceledException">The caller's token did.</exception>
    public bool EndCancelled(short token)
    {
        CancellationToken callers = _callers;
        try
        {
            GetResult(token);
            return false;
        }
        catch (OperationCanceledException)
        {
            if (TakeCancellation())
                return true;
            throw new OperationCanceledException(callers);
        }
        finally
        {
            // What the token has cancelled, too late for this operation perhaps, is not for the next. What was requested is.
            if (callers.IsCancellationRequested && RenewSource())
                RequestCancellation();
        }
    }

    protected sealed override void Recycle()
    {
        _link.Dispose();
        _callers = default;
        IsPending = false;
    }

    private bool RenewSource()
    {
        lock (_lock)
        {
            bool taken = _requested;
            _requested = false;
            _source = new CancellationTokenSource();
            return taken;
        }
    }
}
