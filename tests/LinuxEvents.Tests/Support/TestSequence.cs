using System.Buffers;

namespace LinuxEvents.Tests;

/// <summary>Bytes in many segments.</summary>
internal sealed class TestSequence : ReadOnlySequenceSegment<byte>
{
    private TestSequence(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

    /// <summary>Cuts bytes into segments of a length. With length 0, three empty ones.</summary>
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int length)
    {
        var first = new TestSequence(bytes.Slice(0, length), 0);
        TestSequence last = first;
        for (int start = length, rest = 2; length > 0 ? start < bytes.Length : rest-- > 0; start += length)
        {
            var next = new TestSequence(bytes.Slice(start, length), start);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, length);
    }
}
