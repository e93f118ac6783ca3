using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>A read or write that has to wait: what its ValueTask stands for. Used again and again.</summary>
/// <remarks>
/// <para>It is itself the member of the registration's list of waiters, and is not done when it is reported: then it transfers, and goes back
/// into the list when there was nothing after all. All that is one use of the pooled wait, with one version and one token.</para>
/// <para>One party at a time has it: who starts it, until it is in the list; then whoever takes it out of the list; then the
/// consumer. Whoever puts it into the list touches it no more, for it may be in another use by then. A token that is cancelled while it is out of the list
/// finds nothing to take: so who puts it back looks at the token afterwards, and takes it out again under its version. Either the
/// cancellation comes after that and finds it in the list, or it came before and is seen.</para>
/// <para>It transfers where it continues: on the loop, inline, when it was begun there, whatever context the awaiter would like to go back to, for
/// that one is the loop's; else in a work item of the thread pool, so that copying does not hold up the loop.</para>
/// </remarks>
internal abstract class FdOperation(FdDirection direction) : WaitOperation(direction.Registration), IValueTaskSource<int>, IValueTaskSource
{
    private bool _ready;

    /// <summary>What it gives when it succeeds.</summary>
    protected abstract int Result { get; }

    public ValueTaskSourceStatus GetStatus(short token) => Status(token);

    /// <summary>Gives the result, once: then the operation may be in another use.</summary>
    public int GetResult(short token)
    {
        int result = Result;
        Consume(token);
        return result;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Await(continuation, state, token, flags);

    /// <summary>Begins to wait.</summary>
    protected void Start(CancellationToken token)
    {
        Begin(Selector.IsLoopThread, direction.Registration.Continuations);
        if (token.CanBeCanceled)
            Token = token;
        if (token.IsCancellationRequested)
        {
            End();
            CompleteAsCanceled();
        }
        else if (IsOver(ready: false, out Exception? error))
        {
            End();
            CompleteElsewhere(default, error);
        }
        else
        {
            CancelWith(token);
        }
    }

    /// <summary>Does what is to be done, as far as it can be done now.</summary>
    /// <returns><see langword="false"/> when there is to be waited again.</returns>
    protected abstract bool TryTransfer();

    /// <summary>It is over, but the consumer does not know yet.</summary>
    protected virtual void End()
    {
    }

    internal sealed override void PrefetchContinuation()
    {
        ProcessorCache.Prefetch(direction);
        base.PrefetchContinuation();
    }

    /// <summary>The loop has taken it out of the list.</summary>
    public sealed override void CompleteReady(PollEvents events)
    {
        if (ContinuesOnLoop)
        {
            if (GoOn(out Exception? error))
                CompleteOnLoop(default, error);
        }
        else
        {
            _ready = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>On the thread pool: transfers, or runs the continuation.</summary>
    public sealed override void Execute()
    {
        if (!_ready)
        {
            base.Execute();
            return;
        }

        _ready = false;
        if (GoOn(out Exception? error))
            CompleteOnPool(default, error);
    }

    public sealed override void Fail(Exception error)
    {
        End();
        base.Fail(error);
    }

    protected sealed override void Cancel() => Cancel(Version);

    private void Cancel(short version)
    {
        if (!direction.Registration.TryTake(this, version))
            return;
        End();
        CompleteAsCanceled();
    }

    /// <returns>Whether it is to be completed; otherwise it waits again.</returns>
    private bool GoOn(out Exception? error)
    {
        CancellationToken token = Token;
        short version = Version;
        if (IsOver(ready: true, out error))
        {
            End();
            return true;
        }

        if (token.IsCancellationRequested)
            Cancel(version);
        return false;
    }

    private bool IsOver(bool ready, out Exception? error)
    {
        error = null;
        try
        {
            while (!ready || !TryTransfer())
            {
                if (direction.TryWait(this))
                    return false;
                ready = true;
            }
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        return true;
    }
}
