namespace LinuxEvents.Watchdog;

/// <summary>One thing that is wrong with a service file.</summary>
/// <param name="File">Its path as it was given.</param>
/// <param name="Line">Counted from 1; 0 for the file as a whole.</param>
/// <param name="Service">Null outside the services.</param>
/// <param name="Member">Its name; null for the service or the file as a whole.</param>
/// <param name="Reason">What is wrong, said of the member.</param>
internal sealed record ServiceFileError(string File, int Line, string? Service, string? Member, string Reason)
{
    public override string ToString() =>
        File
        + (Line > 0 ? $":{Line}: " : ": ")
        + (Service is null ? "" : $"service '{Service}': ")
        + (Member is null ? "" : $"'{Member}' ")
        + Reason;
}
