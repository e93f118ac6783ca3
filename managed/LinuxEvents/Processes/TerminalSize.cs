namespace LinuxEvents;

/// <summary>How large a terminal's window is, in characters.</summary>
public readonly record struct TerminalSize
{
    /// <summary>Names a size.</summary>
    /// <param name="rows">Rows, 0 to 65535; 0 for unknown.</param>
    /// <param name="columns">Columns, 0 to 65535; 0 for unknown.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is negative or larger.</exception>
    public TerminalSize(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, ushort.MaxValue);
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Rows; 0 for unknown.</summary>
    public int Rows { get; }

    /// <summary>Columns; 0 for unknown.</summary>
    public int Columns { get; }
}
