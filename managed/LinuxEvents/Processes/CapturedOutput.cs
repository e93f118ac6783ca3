using System.Text;

namespace LinuxEvents;

/// <summary>What a program wrote to its standard output or error.</summary>
public readonly struct CapturedOutput
{
    internal CapturedOutput(ReadOnlyMemory<byte> bytes, bool isTruncated, bool isComplete)
    {
        Bytes = bytes;
        IsTruncated = isTruncated;
        IsComplete = isComplete;
    }

    /// <summary>The bytes as they were written.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The text: UTF-8, in which what is none becomes U+FFFD. Decoded each time.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Whether there was more than <see cref="RunOptions.OutputLimit"/>, which was dropped.</summary>
    public bool IsTruncated { get; }

    /// <summary>
    /// Whether it was read to its end; not when another process still held it open <see cref="SpawnOptions.DrainGrace"/> after the program's end.
    /// All that the program itself wrote is there in any case.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>As <see cref="Text"/>.</summary>
    public override string ToString() => Text;
}
