using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>Ending the child, and what it has started.</content>
public sealed partial class ChildProcess
{
    /// <summary>How long a kill waits before it looks for those that were born meanwhile.</summary>
    private static readonly TimeSpan s_betweenKills = TimeSpan.FromMilliseconds(100);

    internal bool LeadsSession => _leadsSession;

    internal long AliveAt => _watch.AliveAt;

    private ChildScope OwnScope => _leadsProcessGroup ? ChildScope.ProcessGroup : ChildScope.Process;

    /// <summary>Asks the child to end, gives it time for that, and kills it when it does not.</summary>
    /// <param name="signal">How it is asked; SIGCONT follows, for one that is stopped could not act on it. <see cref="LinuxSignal.None"/> asks nobody: who
    /// does not end by itself in time is killed.</param>
    /// <param name="grace">How long it may take; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="scope">Whom the signals go to, and whose end is waited for; the child alone, unless said. The child must be in it.</param>
    /// <param name="killToken">Cancelling it cuts the grace short: who runs is killed at once. It does not end the wait.</param>
    /// <returns>How the child ended, when it has, and with it all in the scope. It may have ended before: then at once.</returns>
    /// <remarks>Who was killed has <see cref="LinuxSignal.SIGKILL"/> in its status. Any number of callers may: the first whose time is over kills.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal, or <paramref name="grace"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The child does not lead such a group or session; this process is in the control group.</exception>
    /// <exception cref="LinuxEventsException">EPERM when all in the scope are another user's.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed. With a group: the child has ended, and this object was disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">Members of a session, or of a control group, can't be held by pidfds here.</exception>
    public async Task<ExitStatus> TerminateAsync(LinuxSignal signal, TimeSpan grace, ChildScope scope = default, CancellationToken killToken = default)
    {
        OptionValue.Time(grace);
        LinuxEvents.PidFd.EnsureSignal(signal);
        ProcessTree tree = scope.In(this);
        if (!killToken.IsCancellationRequested && tree.Signal(signal) && signal != LinuxSignal.None)
            tree.Signal(LinuxSignal.SIGCONT);
        if (killToken.IsCancellationRequested || !await EndsWithinAsync(tree, grace, killToken).ConfigureAwait(false))
            await KillAsync(tree, CancellationToken.None).ConfigureAwait(false);
        return await WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Kills all that are in the scope, and who is born into it meanwhile, and waits until none runs.</summary>
    /// <param name="scope">Who. The child must be in it, or have been.</param>
    /// <param name="cancellationToken">Ends the wait, and the search for newborns.</param>
    /// <returns>How the child ended.</returns>
    /// <inheritdoc cref="TerminateAsync" path="/exception"/>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ExitStatus> KillTreeAsync(ChildScope scope, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await KillAsync(scope.In(this), cancellationToken).ConfigureAwait(false);
        return await WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the group that the child leads has a member. Its number can't be another group's while it has.</summary>
    internal bool GroupExists()
    {
        try
        {
            return SignalProcessGroup(LinuxSignal.None);
        }
        catch (LinuxEventsException e) when (e.Errno == Errno.EPERM)
        {
            return true; // of another user
        }
    }

    private async Task KillAsync(ProcessTree tree, CancellationToken token)
    {
        do
            await tree.KillAsync(token).ConfigureAwait(false);
        while (!await EndsWithinAsync(tree, s_betweenKills, token).ConfigureAwait(false) && !token.IsCancellationRequested);
        token.ThrowIfCancellationRequested();
    }

    /// <returns>Whether all of it has ended; also <see langword="false"/> at once when the token is cancelled.</returns>
    private async Task<bool> EndsWithinAsync(ProcessTree tree, TimeSpan time, CancellationToken token)
    {
        using var over = new CancellationTokenSource();
        Task ended = tree.WaitForEndAsync(over.Token);
        if (await ended.EndsWithinAsync(time, Selector, token).ConfigureAwait(false))
        {
            await ended.ConfigureAwait(false);
            return true;
        }

        await over.CancelAsync().ConfigureAwait(false);
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }
}
