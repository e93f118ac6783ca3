namespace LinuxEvents;

/// <summary>What <see cref="ChildProcess.RunAndCaptureAsync"/> gives to a program, takes from it, and does with it when it is cancelled.</summary>
public sealed class RunOptions
{
    /// <summary>What the program reads from its standard input, and then the end; <see langword="null"/> leaves that to <see cref="SpawnOptions.StandardInput"/>.</summary>
    public ReadOnlyMemory<byte>? Input { get; set; }

    /// <summary>
    /// How many bytes are kept of each output. What comes after them is read, so that the program can go on, and dropped;
    /// <see cref="CapturedOutput.IsTruncated"/> says so. No limit at first.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int OutputLimit
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = Array.MaxLength;

    /// <summary>What becomes of the program when the run is cancelled. It is killed, unless said: nobody else could end it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such action.</exception>
    public DisposeAction OnCancel
    {
        get;
        set => field = OptionValue.Defined(value, DisposeAction.Kill);
    } = DisposeAction.Kill;
}
