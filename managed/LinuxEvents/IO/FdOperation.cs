using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>A read or write that has to wait: what its ValueTask stands for. Used again and again by its direction.</summary>
/// <remarks>
/// One party at a time has it: who starts it, until the wait is handed over; then whoever completes the wait; then the
/// consumer. Whoever hands over touches it no more. It continues where the registration's wait does: on the loop, inline, when it
/// was begun there, whatever context the awaiter would like to go back to, for that one is the loop's.
/// </remarks>
internal sealed class FdOperation : IValueTaskSource<int>, IValueTaskSource
{
    private readonly FdDirection _direction;
    private readonly Action _onReady;
    private ManualResetValueTaskSourceCore<int> _core;
    private ConfiguredValueTaskAwaitable<PollEvents>.ConfiguredValueTaskAwaiter _wait;
    private Memory<byte> _buffer;
    private CancellationToken _token;
    private int _done;
    private bool _begunOnLoop;

    public FdOperation(FdDirection direction)
    {
        _direction = direction;
        _onReady = OnReady;
    }

    public short Version => _core.Version;

    /// <summary>Begins to wait, or is over at once when there is an error already.</summary>
    public void Start(Memory<byte> buffer, int done, Exception? error, CancellationToken token)
    {
        _buffer = buffer;
        _done = done;
        _token = token;
        _begunOnLoop = _direction.Selector.IsLoopThread;
        if (error is not null)
            _core.SetException(error);
        else if (IsReady())
            OnReady();
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.GetResult(short token) => Consume(token);

    int IValueTaskSource<int>.GetResult(short token) => Consume(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Await(continuation, state, token, flags);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Await(continuation, state, token, flags);

    private void Await(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, _begunOnLoop ? flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext : flags);

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
                if (_direction.TryTransfer(_buffer.Span, ref _done))
                    break;
                if (!IsReady())
                    return;
            }
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _core.SetException(e);
            return;
        }

        _core.SetResult(_done);
    }

    private int Consume(short token)
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
            _buffer = default;
            _token = default;
            _wait = default;
            _direction.Return(this);
        }
    }
}
