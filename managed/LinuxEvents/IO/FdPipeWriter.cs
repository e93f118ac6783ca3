using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Writes all that is buffered to a stream's descriptor, many blocks with each system call.</summary>
/// <remarks>
/// A flush takes off the buffer what the kernel has taken: one that is cancelled leaves the rest for the next. What
/// <see cref="WriteAsync"/> is given is copied only as far as the kernel does not take it at once.
/// </remarks>
internal sealed class FdPipeWriter : PipeWriter, IValueTaskSource<FlushResult>
{
    private readonly FdStream _stream;
    private readonly FdWriter _writer;
    private readonly FlushOperation _flush;
    private readonly FdSegmentQueue _queue;
    private readonly int _minimumBufferSize;
    private readonly bool _leaveOpen;
    private bool _readerIsGone;
    private bool _completed;

    public FdPipeWriter(FdStream stream, StreamPipeWriterOptions options)
    {
        _stream = stream;
        _writer = stream.Writer;
        _flush = new FlushOperation(this);
        _minimumBufferSize = options.MinimumBufferSize;
        _queue = new FdSegmentQueue(options.Pool, _minimumBufferSize);
        _leaveOpen = options.LeaveOpen;
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _queue.Length;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        CheckUsable();
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        return _queue.GetRoom(Math.Max(sizeHint, 1));
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        CheckUsable();
        _queue.Fill(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        CheckUsable();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (!source.IsEmpty)
            _queue.Borrow(source);
        try
        {
            bool cancelled = _flush.TakeCancellation();
            if (cancelled || (_writer.MayBeReady && TryFlush()))
                return new ValueTask<FlushResult>(Current(cancelled));
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ValueTask.FromException<FlushResult>(e);
        }
        finally
        {
            if (!source.IsEmpty)
                _queue.KeepBorrowed();
        }

        _flush.Begin(cancellationToken);
        return new ValueTask<FlushResult>(this, _flush.Version);
    }

    public override void CancelPendingFlush() => _flush.RequestCancellation();

    /// <summary>Writes what is buffered, and blocks the thread while there is no room: better await <see cref="CompleteAsync"/>.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;
        _completed = true;
        try
        {
            if (exception is null && !_flush.IsPending && !TryFlush())
            {
                foreach (ReadOnlyMemory<byte> segment in _queue.Bytes)
                    _writer.WriteBlocking(segment.Span);
            }
        }
        finally
        {
            Close();
        }
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_completed)
            return;
        try
        {
            if (exception is null && !_flush.IsPending)
            {
                // A cancellation that found no flush is not meant for this one, which is the last.
                _flush.TakeCancellation();
                await FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _completed = true;
            Close();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flush.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _flush.OnCompleted(continuation, state, token, flags);

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => Current(_flush.EndCancelled(token));

    private FlushResult Current(bool cancelled) => new(cancelled, _readerIsGone);

    private bool TryFlush()
    {
        if (_queue.Length == 0)
            return true;
        ReadOnlySequence<byte> rest = _queue.Bytes;
        try
        {
            return _readerIsGone || _writer.TryWrite(ref rest);
        }
        catch (LinuxEventsException e) when (e.Errno == Errno.EPIPE)
        {
            _readerIsGone = true;
            return true;
        }
        finally
        {
            _queue.Consume(_readerIsGone ? _queue.Length : _queue.Length - rest.Length);
        }
    }

    private void Close()
    {
        // The blocks of a flush that is under way may be read just now: they are left to the garbage collector, not to others.
        if (_flush.IsPending)
            _flush.RequestCancellation();
        else
            _queue.Clear();
        if (!_leaveOpen)
            _stream.Dispose();
    }

    private void CheckUsable()
    {
        if (_completed)
            throw new InvalidOperationException("The writer was completed.");
        if (_flush.IsPending)
            throw new InvalidOperationException("A flush is pending; await it first.");
    }

    private sealed class FlushOperation(FdPipeWriter owner) : FdPipeOperation(owner._writer)
    {
        protected override bool TryTransfer() => owner.TryFlush();
    }
}
