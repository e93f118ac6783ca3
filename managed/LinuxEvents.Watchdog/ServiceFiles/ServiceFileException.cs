namespace LinuxEvents.Watchdog;

/// <summary>A service file cannot be used; says everything that is wrong with it.</summary>
internal sealed class ServiceFileException(IReadOnlyList<ServiceFileError> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<ServiceFileError> Errors { get; } = errors;
}
