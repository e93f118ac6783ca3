namespace LinuxEvents.Watchdog;

/// <summary>When the text output has colours.</summary>
internal enum ColorMode
{
    /// <summary>On a terminal, unless NO_COLOR is set or TERM is dumb.</summary>
    Auto,
    Always,
    Never,
}
