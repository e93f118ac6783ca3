using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>A wait for a signal: what its ValueTask stands for. Used again and again by its subscription.</summary>
/// <remarks>
/// One party at a time has it: who starts it, until the wait for the descriptor is handed over; then whoever completes that;
/// then the consumer. Whoever hands over touches it no more. It continues where the registration's wait does: on the loop, inline, when
/// it was begun there, whatever context the awaiter would like to go back to, for that one is the loop's.
/// </remarks>
internal class SignalWait : IValueTaskSource<SignalInfo>
{
    private readonly Action _run;
    private ManualResetValueTaskSourceCore<SignalInfo> _core;
    private ConfiguredValueTaskAwaitable<PollEvents>.ConfiguredValueTaskAwaiter _wait;
    private CancellationToken _token;
    private bool _begunOnLoop;
    private bool _waiting;

    public SignalWait(SignalSubscription subscription)
    {
        Subscription = subscription;
        _run = Run;
    }

    protected SignalSubscription Subscription { get; }

    /// <summary>Begins to wait, and may be over at once.</summary>
    /// <returns>The version that its ValueTask carries.</returns>
    public short Start(CancellationToken token)
    {
        _begunOnLoop = Subscription.Selector.IsLoopThread;
        _token = token;
        Run();
        return _core.Version;
    }

    /// <summary>Takes it back once it is consumed.</summary>
    protected virtual void Recycle() => Subscription.Return(this);

    private void Run()
    {
        SignalInfo info;
        try
        {
            while (true)
            {
                if (_waiting)
                    Subscription.EndWait();
                _waiting = false;
                _wait.GetResult(); // of none, at the start
                if (Subscription.TryTakeOrWait(_token, out info, out _wait))
                    break;
                _waiting = true;
                if (!_wait.IsCompleted)
                {
                    _wait.UnsafeOnCompleted(_run);
                    return;
                }
            }
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _core.SetException(exception is ObjectDisposedException && Subscription.IsDisposed
                ? new ObjectDisposedException(typeof(SignalSubscription).FullName)
                : exception);
            return;
        }

        _core.SetResult(info);
    }

    public SignalInfo GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The wait has not completed yet; await the ValueTask or turn it into a Task.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            _wait = default;
            _token = default;
            Recycle();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, _begunOnLoop ? flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext : flags);
}
