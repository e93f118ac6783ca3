namespace LinuxEvents;

/// <summary>Processes that belong together. They are signalled together, and their common end is awaited.</summary>
internal abstract class ProcessTree(Selector selector)
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(10);

    protected Selector Selector => selector;

    /// <summary>Sends a signal to all.</summary>
    /// <returns><see langword="false"/> when there is nobody.</returns>
    public abstract bool Signal(LinuxSignal signal);

    /// <summary>Ends all that are there now; who is born meanwhile may be missed.</summary>
    public virtual Task KillAsync(CancellationToken token)
    {
        Signal(LinuxSignal.SIGKILL);
        return Task.CompletedTask;
    }

    /// <summary>Completes when none of them runs; a zombie does not.</summary>
    public virtual async Task WaitForEndAsync(CancellationToken token)
    {
        while (FindMember() is { } member)
            await WaitForChangeAsync(member, token).ConfigureAwait(false);
    }

    /// <summary>One that runs.</summary>
    protected abstract int? FindMember();

    /// <summary>Whether a process that runs is one of them.</summary>
    protected abstract bool IsMember(int id);

    /// <summary>Completes when a member has ended, or after a while where there is no pidfd to be had.</summary>
    private async Task WaitForChangeAsync(int member, CancellationToken token)
    {
        try
        {
            using var descriptor = PidFd.Open(member);
            using FdRegistration registration = selector.Register(descriptor.Handle, RegistrationOptions.Edge);
            if (IsMember(member))
                await registration.WaitAsync(PollEvents.Read, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinuxEventsException or PlatformNotSupportedException)
        {
            await selector.DelayAsync(s_betweenLooks, token).ConfigureAwait(false);
        }
    }
}
