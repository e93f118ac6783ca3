namespace LinuxEvents;

/// <summary>The child and nobody else.</summary>
internal sealed class ProcessAlone(ChildProcess child) : ProcessTree(child.Selector)
{
    public override bool Signal(LinuxSignal signal) => child.Signal(signal);

    public override async Task WaitForEndAsync(CancellationToken token) => await child.WaitForExitAsync(token).ConfigureAwait(false);

    protected override int? FindMember() => IsMember(child.Id) ? child.Id : null;

    protected override bool IsMember(int id) => !child.HasExited;
}
