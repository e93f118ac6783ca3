using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>Reads from a stream's descriptor straight into the blocks that the consumer sees.</summary>
/// <remarks>
/// A read that waits is the stream's own operation, whose step is to fill the buffer: there is no state machine
/// between the registration and the consumer. While nothing is buffered, no block is held over a wait.
/// </remarks>
internal sealed class FdPipeReader : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly FdStream _stream;
    private readonly FdReader _reader;
    private readonly FillOperation _fill;
    private readonly FdSegmentQueue _queue;
    private readonly int _minimumReadSize;
    private readonly bool _leaveOpen;
    private bool _examinedAll = true;
    private bool _ended;
    private bool _completed;

    public FdPipeReader(FdStream stream, StreamPipeReaderOptions options)
    {
        _stream = stream;
        _reader = stream.Reader;
        _fill = new FillOperation(this);
        _queue = new FdSegmentQueue(options.Pool, options.BufferSize);
        _minimumReadSize = options.MinimumReadSize;
        _leaveOpen = options.LeaveOpen;
    }

    public override bool TryRead(out ReadResult result)
    {
        CheckUsable();
        return TryRead(_reader.MayBeReady || !_reader.IsWatched, out result);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        CheckUsable();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        try
        {
            if (TryRead(_reader.MayBeReady, out ReadResult result))
                return new ValueTask<ReadResult>(result);
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ValueTask.FromException<ReadResult>(e);
        }

        if (_queue.Length == 0)
            _queue.Clear();
        _fill.Begin(cancellationToken);
        return new ValueTask<ReadResult>(this, _fill.Version);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        CheckUsable();
        long consumedBytes = _queue.OffsetOf(consumed, nameof(consumed)), examinedBytes = _queue.OffsetOf(examined, nameof(examined));
        if (examinedBytes < consumedBytes)
            throw new ArgumentOutOfRangeException(nameof(examined), "What is consumed is examined too.");
        _examinedAll = examinedBytes == _queue.Length;
        _queue.Consume(consumedBytes);
    }

    public override void CancelPendingRead() => _fill.RequestCancellation();

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;
        _completed = true;
        // The blocks of a read that is under way may be filled just now: they are left to the garbage collector, not to others.
        if (_fill.IsPending)
            _fill.RequestCancellation();
        else
            _queue.Clear();
        if (!_leaveOpen)
            _stream.Dispose();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _fill.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _fill.OnCompleted(continuation, state, token, flags);

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => Current(_fill.EndCancelled(token));

    private bool TryRead(bool mayBeReady, out ReadResult result)
    {
        bool cancelled = _fill.TakeCancellation();
        bool any = cancelled || HasResult || (mayBeReady && TryFill());
        result = any ? Current(cancelled) : default;
        return any;
    }

    private bool HasResult => !_examinedAll || _ended;

    private ReadResult Current(bool cancelled) => new(_queue.Bytes, cancelled, _ended);

    private bool TryFill()
    {
        int count = _reader.Read(_queue.GetRoom(_minimumReadSize).Span);
        if (count == FdDirection.NotReady)
            return false;
        _queue.Fill(count);
        _ended = count == 0;
        _examinedAll = false;
        return true;
    }

    private void CheckUsable()
    {
        if (_completed)
            throw new InvalidOperationException("The reader was completed.");
        if (_fill.IsPending)
            throw new InvalidOperationException("A read is pending; await it first.");
    }

    private sealed class FillOperation(FdPipeReader owner) : FdPipeOperation(owner._reader)
    {
        protected override bool TryTransfer() => owner.TryFill();
    }
}
