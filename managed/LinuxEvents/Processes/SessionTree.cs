namespace LinuxEvents;

/// <summary>The session that a child leads or has led.</summary>
/// <remarks>
/// <para>The kernel has no signal for a session, so its members are looked for in /proc. A number found there may be another process's a
/// moment later: each is first held by a pidfd, then its session is read (again), then the pidfd is signalled.</para>
/// <para>And the session's own number, which is the child's, may be another's once the child was reaped and the last member has gone.
/// It can't while one is there, since the kernel keeps the number for it. So what was found counts only if at the end of the search something proves
/// that the number was kept until then: the child is not reaped; or its group, which has the same number and is asked for by pidfd, has a member;
/// or one of those found, still a member, was born before the child's end, for a session is entered by birth only, or was found by
/// an earlier search of which that was proved.</para>
/// </remarks>
internal sealed class SessionTree : ProcessTree
{
    private readonly ChildProcess _child;
    private readonly HashSet<(int Id, long StartTime)> _proven = [];

    public SessionTree(ChildProcess child)
        : base(child.Selector)
    {
        if (!child.LeadsSession)
            throw new InvalidOperationException($"Process {child.Id} was started without a session of its own: its session is not its alone.");
        _child = child;
    }

    public override bool Signal(LinuxSignal signal)
    {
        using HeldProcesses members = Find();
        return members.Signal(signal, IsMember);
    }

    protected override int? FindMember()
    {
        using HeldProcesses members = Find();
        foreach (int id in members.Ids)
            return id;
        return null;
    }

    protected override bool IsMember(int id) => TryRead(id, out _);

    private HeldProcesses Find()
    {
        var members = new HeldProcesses();
        try
        {
            List<(int Id, long StartTime)> found = [];
            foreach (int id in ProcessTable.All())
            {
                if (IsMember(id) && members.TryAdd(id) && TryRead(id, out ProcEntry entry))
                    found.Add((id, entry.StartTime));
            }

            if (!_child.HasExited || found.Exists(IsOld) || _child.GroupExists())
            {
                _proven.UnionWith(found);
                return members;
            }

            members.Dispose();
            return new HeldProcesses();
        }
        catch
        {
            members.Dispose();
            throw;
        }
    }

    private bool IsOld((int Id, long StartTime) found) =>
        (found.StartTime < _child.AliveAt - ProcEntry.Resolution || _proven.Contains(found)) && IsMember(found.Id);

    private bool TryRead(int id, out ProcEntry entry) => ProcessTable.TryGetRunning(id, out entry) && entry.Session == _child.Id;
}
