namespace LinuxEvents.Watchdog;

/// <summary>Which of a service's streams a line came from.</summary>
internal enum OutputStream
{
    StandardOutput,
    StandardError,
}
