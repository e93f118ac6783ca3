using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace LinuxEvents;

/// <summary>A child's output as lines of text.</summary>
internal static class OutputLines
{
    public const int DefaultLimit = 1 << 20;

    /// <summary>Room for some characters: the cut goes between them.</summary>
    private const int LowestLimit = 16;

    /// <param name="stream">The output.</param>
    /// <param name="limit">Longest line in bytes.</param>
    /// <param name="graceOver">From when on nothing is waited for.</param>
    /// <param name="token">Ends the enumeration.</param>
    public static IAsyncEnumerable<string> ReadAsync(FdStream stream, int limit, CancellationToken graceOver, CancellationToken token)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, LowestLimit, "maxLineBytes");
        return EnumerateAsync(stream, limit, graceOver, token);
    }

    private static async IAsyncEnumerable<string> EnumerateAsync(
        FdStream stream, int limit, CancellationToken graceOver, [EnumeratorCancellation] CancellationToken token)
    {
        using var reader = new OutputReader(stream, graceOver);
        while (!reader.IsAtEnd)
        {
            ReadOnlySequence<byte> text = await reader.ReadAsync(token).ConfigureAwait(false);
            while (TakeLine(ref text, limit) is { } line)
                yield return line;
            if (reader.IsAtEnd && !text.IsEmpty)
                yield return Encoding.UTF8.GetString(text);
            else
                reader.AdvanceTo(text.Start, text.End);
        }
    }

    /// <returns>The next line, or the next part of one that is too long; <see langword="null"/> when there is no end of either yet.</returns>
    private static string? TakeLine(ref ReadOnlySequence<byte> text, int limit)
    {
        ReadOnlySequence<byte> line;
        SequencePosition? feed = text.PositionOf((byte)'\n');
        if (feed is { } end && (line = text.Slice(0, end)).Length <= limit)
            text = text.Slice(text.GetPosition(1, end));
        else if (text.Length > limit)
        {
            line = text.Slice(0, CutLength(text.Slice(0, limit)));
            text = text.Slice(line.End);
        }
        else
            return null;
        return Encoding.UTF8.GetString(line);
    }

    /// <summary>Where to cut so that no character is torn whose bytes begin here.</summary>
    private static long CutLength(in ReadOnlySequence<byte> part)
    {
        Span<byte> last = stackalloc byte[3];
        part.Slice(part.Length - last.Length).CopyTo(last);
        for (int back = 1; back <= last.Length; back++)
        {
            byte b = last[^back];
            if ((b & 0xC0) == 0x80)
                continue;
            int length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return length > back ? part.Length - back : part.Length;
        }

        return part.Length;
    }
}
