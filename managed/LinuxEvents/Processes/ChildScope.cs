namespace LinuxEvents;

/// <summary>Who is meant: the child alone, or with it all that it has started, as far as they stayed together.</summary>
public readonly record struct ChildScope
{
    private enum Kind
    {
        Process,
        ProcessGroup,
        Session,
        ControlGroup,
    }

    private readonly Kind _kind;
    private readonly string? _path;

    private ChildScope(Kind kind, string? path = null)
    {
        _kind = kind;
        _path = path;
    }

    /// <summary>The child alone. The default.</summary>
    public static ChildScope Process => default;

    /// <summary>
    /// The process group that the child leads (<see cref="SpawnOptions.CreateNewProcessGroup"/>): all that it has started, but those that made groups
    /// of their own, as a shell with job control does. One call of the kernel reaches all, and none is born meanwhile.
    /// </summary>
    public static ChildScope ProcessGroup => new(Kind.ProcessGroup);

    /// <summary>
    /// The session that the child leads (<see cref="SpawnOptions.CreateNewSession"/>): all that it has started, in whatever groups, but
    /// daemons, which begin a session of their own.
    /// </summary>
    /// <remarks>
    /// Its members are found in <c>/proc</c>. Each is held by a pidfd and looked at again before it is signalled, so that no other process can be
    /// meant; without pidfds there is <see cref="PlatformNotSupportedException"/>. When the child has ended, the session's number could
    /// be another's by now; what is found is signalled only if something proves that it is not: the child's group has a member, or one of
    /// those found was born before the child's end (by more than 10 ms), or was among those that the same call has signalled before.
    /// </remarks>
    public static ChildScope Session => new(Kind.Session);

    /// <summary>
    /// A control group and those below it, which nobody leaves without being allowed to: whatever was started in it, daemons too. SIGKILL goes
    /// by <c>cgroup.kill</c> (Linux 5.14); where that is missing, and in the <c>freezer</c> hierarchy of version 1, the group is frozen, its
    /// members are signalled by pidfds, and it is thawed.
    /// </summary>
    /// <param name="path">The group's directory, below <c>/sys/fs/cgroup</c>. This process must not be in it.</param>
    public static ChildScope ControlGroup(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ChildScope(Kind.ControlGroup, path);
    }

    /// <summary>The processes of that scope around a child.</summary>
    internal ProcessTree In(ChildProcess child) => _kind switch
    {
        Kind.Process => new ProcessAlone(child),
        Kind.ProcessGroup => new ProcessGroupTree(child),
        Kind.Session => new SessionTree(child),
        _ => new ControlGroupTree(child.Selector, _path!),
    };
}
