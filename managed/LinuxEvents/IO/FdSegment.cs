using System.Buffers;
using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>A block of a pipe's buffer: filled from its start, and emptied in <see cref="FdSegmentQueue"/>.</summary>
internal sealed class FdSegment : ReadOnlySequenceSegment<byte>
{
    private object? _owner;
    private Memory<byte> _block;

    public FdSegment? Following => (FdSegment?)Next;

    /// <summary>What is not filled yet.</summary>
    public Memory<byte> Free => _block[Memory.Length..];

    /// <summary>Gives it a block, from a pool or from the array pool.</summary>
    public void Rent(MemoryPool<byte>? pool, int size)
    {
        if (pool is null || size > pool.MaxBufferSize)
        {
            byte[] array = ArrayPool<byte>.Shared.Rent(size);
            (_owner, _block) = (array, array);
        }
        else
        {
            IMemoryOwner<byte> owner = pool.Rent(size);
            (_owner, _block) = (owner, owner.Memory);
        }
    }

    /// <summary>Gives it a block that belongs to somebody else, and is full.</summary>
    public void Borrow(ReadOnlyMemory<byte> full)
    {
        _block = MemoryMarshal.AsMemory(full);
        Memory = full;
    }

    /// <summary>Copies what was borrowed, from a place on, to a block of its own.</summary>
    public void Own(MemoryPool<byte>? pool, int size, int start)
    {
        ReadOnlyMemory<byte> rest = Memory[start..];
        Rent(pool, Math.Max(size, rest.Length));
        rest.CopyTo(_block);
        Memory = _block[..rest.Length];
    }

    /// <summary>More of it is filled.</summary>
    public void Fill(int count) => Memory = _block[..(Memory.Length + count)];

    public void Append(FdSegment next)
    {
        next.RunningIndex = RunningIndex + Memory.Length;
        Next = next;
    }

    /// <summary>Gives the block back, and is as new.</summary>
    public void Release()
    {
        if (_owner is byte[] array)
            ArrayPool<byte>.Shared.Return(array);
        else
            (_owner as IMemoryOwner<byte>)?.Dispose();
        _owner = null;
        _block = default;
        Memory = default;
        Next = null;
        RunningIndex = 0;
    }
}
