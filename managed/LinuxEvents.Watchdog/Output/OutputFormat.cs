namespace LinuxEvents.Watchdog;

/// <summary>What the output looks like.</summary>
internal enum OutputFormat
{
    Text,
    Json,
}
