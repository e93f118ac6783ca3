namespace LinuxEvents;

/// <content>What holds after the start.</content>
public sealed partial class SpawnOptions
{
    /// <summary>
    /// How long after the child's end its output may stay open before <see cref="ChildProcess.Completion"/> no longer waits for it: somebody
    /// to whom the child has left it may hold it for ever. A second at first; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan DrainGrace
    {
        get;
        set => field = OptionValue.Time(value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>What becomes of a child that runs when its <see cref="ChildProcess"/> is disposed: it is left alone, unless said.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such action.</exception>
    public DisposeAction OnDispose
    {
        get;
        set => field = OptionValue.Defined(value, DisposeAction.Kill);
    }

    /// <summary>How long <see cref="DisposeAction.Terminate"/> gives the child. 10 seconds at first; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan TerminateGrace
    {
        get;
        set => field = OptionValue.Time(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether orphans, the processes that the child leaves behind at its end and those that these leave behind, are taken over and reaped by the
    /// reaper instead of by the machine's process 1; <see cref="ProcessSupport.OrphansReaped"/> counts them. The child is then always the
    /// reaper's. Where this process itself is process 1, every process that loses its parent becomes its own: .NET is then made to reap those.
    /// </summary>
    /// <remarks>The reaper takes over the orphans of all its children: it is the only way to know that a group's number was not given to another.</remarks>
    public bool AdoptOrphans { get; set; }

    /// <summary>How the child is started.</summary>
    internal ProcessMechanism Mechanism => AdoptOrphans ? ProcessMechanism.Reaper : ProcessSupport.MechanismFor(LeadsProcessGroup);

    /// <summary>A copy for a child whose output is captured.</summary>
    internal SpawnOptions ForCapture(bool hasInput)
    {
        var copy = (SpawnOptions)MemberwiseClone();
        if (hasInput)
            copy.StandardInput = ChildStdio.Pipe;
        if (StandardOutput == ChildStdio.Inherit)
            copy.StandardOutput = ChildStdio.Pipe;
        if (StandardError == ChildStdio.Inherit)
            copy.StandardError = ChildStdio.Pipe;
        return copy;
    }
}
