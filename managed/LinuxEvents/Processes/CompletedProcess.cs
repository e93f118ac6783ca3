namespace LinuxEvents;

/// <summary>A program that <see cref="ChildProcess.RunAndCaptureAsync"/> has run to its end.</summary>
public sealed class CompletedProcess
{
    internal CompletedProcess(int processId, ExitStatus exitStatus, CapturedOutput standardOutput, CapturedOutput standardError)
    {
        ProcessId = processId;
        ExitStatus = exitStatus;
        StandardOutput = standardOutput;
        StandardError = standardError;
    }

    /// <summary>The process id that it had.</summary>
    public int ProcessId { get; }

    /// <summary>How it ended.</summary>
    public ExitStatus ExitStatus { get; }

    /// <summary>What it wrote to its standard output; nothing where <see cref="SpawnOptions.StandardOutput"/> led elsewhere.</summary>
    public CapturedOutput StandardOutput { get; }

    /// <summary>What it wrote to its standard error; nothing where <see cref="SpawnOptions.StandardError"/> led elsewhere.</summary>
    public CapturedOutput StandardError { get; }

    /// <summary>"process 12 exited with code 0".</summary>
    public override string ToString() => $"process {ProcessId} {ExitStatus}";
}
