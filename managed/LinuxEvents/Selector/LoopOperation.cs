using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>
/// One pooled wait: what a <see cref="ValueTask"/> of this library stands for until it is consumed.
/// </summary>
/// <remarks>
/// <para>A use goes Begin, then exactly one Complete, then GetResult, which gives the object back to its pool. Three parties
/// meet here on any threads: the consumer (OnCompleted, GetResult), whoever completes (the loop, a timer, a
/// cancellation, a disposal) and what is still on its way from an earlier use.</para>
/// <para>Who completes is decided outside, under the gate of the registration or of the timer queue: only the one who takes
/// the operation out of that list may complete it. Here only completion and continuation race, and
/// they meet in one compare-exchange on _phase: <see cref="Pending"/> becomes either <see cref="Awaited"/> (then the completer runs the
/// continuation, which was written before) or <see cref="Completed"/> (then the consumer has it run). The result is written before that
/// exchange and read after it. Whoever loses it goes on; whoever wins it no longer touches the object, which may be in another use by then.</para>
/// <para>Latecomers of an earlier use. A cancellation callback: GetResult disposes the token registration, which waits for a
/// callback that runs, before the object is pooled. A timer: GetResult takes it off the queue, and one that had left the queue
/// already carries the version of its use, which is compared under the gate. A consumer that awaits twice: each
/// ValueTask carries the version too, and is told so.</para>
/// <para>Where the continuation runs is decided by the source, not by ConfigureAwait: by default, begun on the loop's thread it
/// runs there, inline in the loop's dispatch; begun elsewhere it goes to the captured context or the thread pool. What
/// is completed from a call of the user's own (cancel, dispose) never runs inside that call, unless
/// <see cref="ContinuationMode.Inline"/> asks for it: it is posted.</para>
/// </remarks>
internal abstract class LoopOperation<TResult>(Selector selector) : TimerNode, IValueTaskSource<TResult>, IThreadPoolWorkItem
{
    private const int Pending = 0, Awaited = 1, Completed = 2;

    /// <summary>Stands for an exception that is only made for one who takes it.</summary>
    private static readonly Exception s_canceled = new OperationCanceledException();

    private Action<object?>? _continuation;
    private object? _state;
    private CapturedContext? _context;
    private TResult? _result;
    private Exception? _error;
    private CancellationTokenRegistration _cancellation;
    private ContinuationMode _mode;
    private int _phase;
    private short _version;

    protected Selector Selector => selector;

    /// <summary>Changes whenever the operation is used anew, which it is not while it is queued.</summary>
    internal sealed override short Version => _version;

    internal override void PrefetchContinuation()
    {
        if (_state is { } state)
            ProcessorCache.Prefetch(state);
    }

    /// <summary>Where its timer is.</summary>
    private protected virtual TimerQueue Timers => selector.Timers;

    /// <summary>Who cancels it, if anybody.</summary>
    protected CancellationToken Token { get; set; }

    /// <summary>Marks the start of a use.</summary>
    /// <returns>The version that its ValueTask carries.</returns>
    protected short Begin(bool onLoop, ContinuationMode mode)
    {
        // From here on WhereBegun means: begun elsewhere.
        _mode = onLoop && mode == ContinuationMode.WhereBegun ? ContinuationMode.Loop : mode;
        return Version;
    }

    /// <summary>Has <see cref="Cancel"/> called when the token is; to be called before the ValueTask is handed out.</summary>
    protected void CancelWith(CancellationToken token)
    {
        if (!token.CanBeCanceled)
            return;
        Token = token;
        _cancellation = token.UnsafeRegister(static self => ((LoopOperation<TResult>)self!).Cancel(), this);
    }

    /// <summary>The token is cancelled: complete as cancelled, unless somebody else has taken the operation.</summary>
    protected abstract void Cancel();

    /// <summary>Gives the object back to its pool.</summary>
    protected abstract void Recycle();

    /// <summary>Whether it continues inside the loop's call when the loop completes it.</summary>
    protected bool ContinuesOnLoop => _mode is ContinuationMode.Loop or ContinuationMode.Inline;

    /// <summary>The loop completes: a continuation that belongs there runs now, inside this call.</summary>
    protected internal void CompleteOnLoop(TResult? result, Exception? error = null)
    {
        selector.Activity.Callback = _state;
        _result = result;
        _error = error;
        Complete(inline: ContinuesOnLoop);
    }

    /// <summary>A work item of the thread pool completes: a continuation that belongs there runs now.</summary>
    protected void CompleteOnPool(TResult? result, Exception? error)
    {
        _result = result;
        _error = error;
        Complete(inline: _mode == ContinuationMode.Inline, onPool: true);
    }

    /// <summary>Anyone completes: the continuation runs later, where it belongs.</summary>
    protected internal void CompleteElsewhere(TResult? result, Exception? error = null)
    {
        _result = result;
        _error = error;
        Complete(inline: _mode == ContinuationMode.Inline);
    }

    /// <summary>Completes as cancelled with the consumer's token.</summary>
    protected void CompleteAsCanceled() => CompleteElsewhere(default, s_canceled);

    private bool IsCompleted => Volatile.Read(ref _phase) == Completed;

    private void Complete(bool inline, bool onPool = false)
    {
        // Now, because a wait that nobody ever awaits would stay with its timer and its token.
        StopTimer();
        // A source that is cancelled lets go of what was registered by itself.
        if (!ReferenceEquals(_error, s_canceled))
            _cancellation.Unregister();
        // Whoever is there already stays: only with one who may be coming there is an exchange to be won.
        if (Volatile.Read(ref _phase) == Awaited || Interlocked.CompareExchange(ref _phase, Completed, Pending) == Awaited)
        {
            _phase = Completed;
            RunContinuation(inline || (onPool && _context is not { Schedules: true }));
        }
    }

    private void StopTimer()
    {
        if (TimerWheel.Holds(this))
            Timers.Remove(this);
    }

    private void RunContinuation(bool inline)
    {
        if (inline)
            Execute();
        else if (_context is { Schedules: true } context)
            context.Schedule(this);
        else if (_mode != ContinuationMode.Loop || !selector.PostContinuation(this, _state))
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Runs the continuation. It may consume, recycle and begin anew: nothing of this use is read after it began.</summary>
    public virtual void Execute()
    {
        Action<object?> continuation = _continuation!;
        object? state = _state;
        if (_context?.Execution is { } execution)
            ExecutionContext.Run(execution, new ContextCallback(continuation), state);
        else
            continuation(state);
    }

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => Status(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Await(continuation, state, token, flags);

    TResult IValueTaskSource<TResult>.GetResult(short token) => Consume(token)!;

    protected ValueTaskSourceStatus Status(short token)
    {
        CheckVersion(token);
        return !IsCompleted ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    protected void Await(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        CheckVersion(token);
        if (_continuation is not null)
            ThrowAwaitedTwice();
        // Nearly always there is none, and none is what is there: a reference is not written for nothing.
        if (CapturedContext.Capture(flags, schedule: _mode == ContinuationMode.WhereBegun) is { } context)
            _context = context;
        _continuation = continuation;
        _state = state;
        int phase = Interlocked.CompareExchange(ref _phase, Awaited, Pending);
        if (phase == Awaited)
            ThrowAwaitedTwice();
        if (phase == Completed)
            RunContinuation(inline: false);
    }

    protected TResult? Consume(short token)
    {
        CheckVersion(token);
        if (!IsCompleted)
            throw new InvalidOperationException("The wait has not completed yet; await the ValueTask or turn it into a Task.");

        _cancellation.Dispose();
        StopTimer();
        TResult? result = _result;
        Exception? error = ReferenceEquals(_error, s_canceled) ? new OperationCanceledException(Token) : _error;

        _version++;
        Token = default;
        _cancellation = default;
        _phase = Pending;
        _continuation = null;
        _state = null;
        _context = null;
        _result = default;
        _error = null;
        Recycle();

        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
        return result;
    }

    private void CheckVersion(short token)
    {
        if (token != Version)
            throw new InvalidOperationException("This ValueTask has been consumed already: it may be awaited only once.");
    }

    private static void ThrowAwaitedTwice() => throw new InvalidOperationException("A ValueTask may be awaited only once.");
}
