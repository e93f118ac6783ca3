using System.Buffers;
using System.IO.Pipelines;

namespace LinuxEvents;

/// <summary>Reads a child's output to its end, or when the time for that is over, what is there. <see cref="ChildCompletion"/> says why.</summary>
internal sealed class OutputReader : IDisposable
{
    /// <summary>Each takes at least a page, or all there is: no pipe that holds the kernel's maximum, a megabyte, needs more.</summary>
    private const int MaxReadsAfterGrace = 256;

    private readonly PipeReader _reader;
    private readonly CancellationTokenRegistration _graceOver;
    private int _readsLeft = MaxReadsAfterGrace;
    private bool _isOver;

    public OutputReader(FdStream stream, CancellationToken graceOver)
    {
        _reader = stream.CreatePipeReader(new StreamPipeReaderOptions(bufferSize: 16 * 1024, minimumReadSize: 4096, leaveOpen: true));
        _graceOver = graceOver.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), _reader);
    }

    /// <summary>Whether what was read last is all.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether the output has ended there; else somebody holds it open.</summary>
    public bool HasEnded { get; private set; }

    public async ValueTask<ReadOnlySequence<byte>> ReadAsync(CancellationToken token)
    {
        ReadResult result = default;
        if (!_isOver)
        {
            result = await _reader.ReadAsync(token).ConfigureAwait(false);
            _isOver = result.IsCanceled;
        }
        else if (_readsLeft-- == 0 || !_reader.TryRead(out result))
        {
            // What was left unconsumed is given once more.
            _reader.CancelPendingRead();
            _reader.TryRead(out result);
            IsAtEnd = true;
        }

        HasEnded = result.IsCompleted;
        IsAtEnd |= HasEnded;
        return result.Buffer;
    }

    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _reader.AdvanceTo(consumed, examined);

    public void Dispose()
    {
        _graceOver.Dispose();
        _reader.Complete();
    }
}
