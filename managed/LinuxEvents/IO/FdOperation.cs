using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>A read or write that has to wait: what its ValueTask stands for. Used again and again.</summary>
/// <remarks>
/// One party at a time has it: who starts it, until the wait is handed over; then whoever completes the wait; then the
/// consumer. Whoever hands over touches it no more. It continues where the registration's wait does: on the loop, inline, when it
/// was begun there, whatever context the awaiter would like to go back to, for that one is the loop's.
/// </remarks>
internal abstract class FdOperation : IValueTaskSource<int>, IValueTaskSource
{
    private readonly FdDirection _direction;
    private readonly Action _onReady;
    private ManualResetValueTaskSourceCore<int> _core;
    private ConfiguredValueTaskAwaitable<PollEvents>.ConfiguredValueTaskAwaiter _wait;
    private CancellationToken _token;
    private bool _begunOnLoop;

    protected FdOperation(FdDirection direction)
    {
        _direction = direction;
        _onReady = OnReady;
    }

    public short Version => _core.Version;

    /// <summary>What it gives when it succeeds.</summary>
    protected abstract int Result { get; }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <summary>Gives the result, once: then the operation may be in another use.</summary>
    public int GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The operation has not completed yet; await the ValueTask or turn it into a Task.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            _token = default;
            _wait = default;
            Recycle();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, _begunOnLoop ? flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext : flags);

    /// <summary>Begins to wait.</summary>
    protected void Start(CancellationToken token)
    {
        _token = token;
        _begunOnLoop = _direction.Selector.IsLoopThread;
        if (IsReady())
            OnReady();
    }

    /// <summary>Does what is to be done, as far as it can be done now.</summary>
    /// <returns><see langword="false"/> when there is to be waited again.</returns>
    protected abstract bool TryTransfer();

    /// <summary>It is over, but the consumer does not know yet.</summary>
    protected virtual void End()
    {
    }

    /// <summary>Gives the object back to its pool.</summary>
    protected abstract void Recycle();

    private bool IsReady()
    {
#pragma warning disable CA2012 // Kept until it is consumed, once, by OnReady.
        _wait = _direction.WaitAsync(_token).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        if (_wait.IsCompleted)
            return true;
        _wait.UnsafeOnCompleted(_onReady);
        return false;
    }

    private void OnReady()
    {
        try
        {
            while (true)
            {
                _wait.GetResult();
                if (TryTransfer())
                    break;
                if (!IsReady())
                    return;
            }
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            End();
            _core.SetException(e);
            return;
        }

        End();
        _core.SetResult(Result);
    }
}
