using System.Buffers;

namespace LinuxEvents;

/// <summary>What a pipe has buffered: bytes come in at the end of the last block and go out at the start of the first.</summary>
internal sealed class FdSegmentQueue(MemoryPool<byte>? pool, int blockSize)
{
    /// <summary>So many objects without their blocks are kept.</summary>
    private const int MaxSpares = 32;

    private readonly MemoryPool<byte>? _pool = pool == MemoryPool<byte>.Shared ? null : pool;
    private readonly Stack<FdSegment> _spares = new();
    private FdSegment? _first;
    private FdSegment? _last;
    private int _start;

    /// <summary>How many bytes are buffered.</summary>
    public long Length { get; private set; }

    public ReadOnlySequence<byte> Bytes =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, _start, _last!, _last!.Memory.Length);

    /// <summary>Room at the end.</summary>
    /// <param name="size">How much at least.</param>
    public Memory<byte> GetRoom(int size)
    {
        if (_last is null || _last.Free.Length < size)
        {
            FdSegment segment = NewSegment();
            segment.Rent(_pool, Math.Max(size, blockSize));
            Append(segment);
        }

        return _last!.Free;
    }

    /// <summary>So much of the room is filled.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is not so much room.</exception>
    public void Fill(int count)
    {
        if ((uint)count > (uint)(_last?.Free.Length ?? 0))
            throw new ArgumentOutOfRangeException(nameof(count), count, "More than the memory that was given.");
        if (count > 0)
            _last!.Fill(count);
        Length += count;
    }

    /// <summary>Puts bytes at the end that stay where they are.</summary>
    public void Borrow(ReadOnlyMemory<byte> bytes)
    {
        FdSegment segment = NewSegment();
        segment.Borrow(bytes);
        Append(segment);
        Length += bytes.Length;
    }

    /// <summary>Copies what is left of borrowed bytes, which are the last.</summary>
    public void KeepBorrowed()
    {
        if (Length == 0)
            return;
        bool alone = _first == _last;
        _last!.Own(_pool, blockSize, alone ? _start : 0);
        if (alone)
            _start = 0;
    }

    /// <summary>How far a position is from the start of what is buffered.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in what is buffered.</exception>
    public long OffsetOf(SequencePosition position, string parameter)
    {
        if (position.GetObject() is not FdSegment segment)
            return 0;
        long offset = segment.RunningIndex + position.GetInteger() - (_first?.RunningIndex + _start ?? 0);
        return offset >= 0 && offset <= Length ? offset : throw new ArgumentOutOfRangeException(parameter, "The position is not in the buffer.");
    }

    /// <summary>Takes bytes off the start, and lets go the blocks that are empty then.</summary>
    public void Consume(long count)
    {
        Length -= count;
        while (_first is { } segment && segment.Memory.Length - _start <= count)
        {
            count -= segment.Memory.Length - _start;
            RemoveFirst(segment);
        }

        _start += (int)count;
    }

    /// <summary>Lets all blocks go.</summary>
    public void Clear()
    {
        while (_first is { } segment)
            RemoveFirst(segment);
        Length = 0;
    }

    private FdSegment NewSegment() => _spares.TryPop(out FdSegment? spare) ? spare : new FdSegment();

    private void Append(FdSegment segment)
    {
        if (_last is null)
            _first = segment;
        else
            _last.Append(segment);
        _last = segment;
    }

    private void RemoveFirst(FdSegment segment)
    {
        _first = segment.Following;
        _start = 0;
        if (_first is null)
            _last = null;
        segment.Release();
        if (_spares.Count < MaxSpares)
            _spares.Push(segment);
    }
}
