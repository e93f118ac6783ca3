namespace LinuxEvents;

/// <summary>The process group that a child leads or has led.</summary>
internal sealed class ProcessGroupTree(ChildProcess child) : ProcessTree(child.Selector)
{
    public override bool Signal(LinuxSignal signal) => child.SignalProcessGroup(signal);

    // As long as the group exists its number is its own: asked first, so that a later group with that number is not waited for.
    protected override int? FindMember() => child.GroupExists() ? ProcessTable.All().Where(IsMember).Select(id => (int?)id).FirstOrDefault() : null;

    protected override bool IsMember(int id) => ProcessTable.TryGetRunning(id, out ProcEntry entry) && entry.ProcessGroup == child.Id;
}
