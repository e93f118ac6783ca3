using System.Buffers;

namespace LinuxEvents.Watchdog;

/// <summary>
/// Cuts a stream of bytes into lines. A line longer than the limit comes in several parts, cut between UTF-8 characters,
/// so that an endless line needs no endless memory; every byte but the line feeds comes out again.
/// </summary>
internal sealed class LineSplitter(int limit, LineSplitter.Handler handler)
{
    private readonly ArrayBufferWriter<byte> _begun = new();

    /// <param name="line">Without its line feed.</param>
    /// <param name="continues">The line was too long: its next part follows.</param>
    public delegate void Handler(ReadOnlySpan<byte> line, bool continues);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..]) Complete(bytes[..end]);
        _begun.Write(bytes);
        CutBegun();
    }

    /// <summary>Hands out what no line feed ended.</summary>
    public void Finish()
    {
        if (_begun.WrittenCount > 0) Complete(default);
    }

    private void Complete(ReadOnlySpan<byte> rest)
    {
        if (_begun.WrittenCount == 0 && rest.Length <= limit)
        {
            handler(rest, continues: false);
            return;
        }

        _begun.Write(rest);
        CutBegun();
        handler(_begun.WrittenSpan, continues: false);
        _begun.ResetWrittenCount();
    }

    private void CutBegun()
    {
        if (_begun.WrittenCount <= limit) return;
        ReadOnlySpan<byte> left = _begun.WrittenSpan;
        while (left.Length > limit)
        {
            int length = CutLength(left[..limit]);
            handler(left[..length], continues: true);
            left = left[length..];
        }

        byte[] kept = left.ToArray();
        _begun.ResetWrittenCount();
        _begun.Write(kept);
    }

    /// <summary>Where to cut so that a character whose bytes begin here is not torn.</summary>
    private static int CutLength(ReadOnlySpan<byte> part)
    {
        for (int back = 1; back <= 3 && back < part.Length; back++)
        {
            byte b = part[^back];
            if ((b & 0xC0) == 0x80) continue;
            int length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return length > back ? part.Length - back : part.Length;
        }

        return part.Length;
    }
}
