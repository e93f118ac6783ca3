namespace LinuxEvents;

/// <content>Giving the child up.</content>
public sealed partial class ChildProcess
{
    private int _disposed;

    /// <summary>
    /// Closes the streams and the terminal, and does to a child that still runs what <see cref="SpawnOptions.OnDispose"/> says: left alone, it runs on. It is
    /// reaped when it ends, in the background; nothing is waited for, and waits that are under way go on.
    /// </summary>
    public void Dispose() => GiveUp(_onDispose);

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void GiveUp(DisposeAction action)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        // Signals first: it would see its pipes close.
        if (action == DisposeAction.Terminate)
            TerminateAndRelease();
        else if (action == DisposeAction.Kill)
            TryKill();
        StandardInput?.Dispose();
        StandardOutput?.Dispose();
        StandardError?.Dispose();
        Terminal?.Stream.Dispose();
        if (action != DisposeAction.Terminate)
            _watch.Release();
    }

    private void TryKill()
    {
        try
        {
            OwnScope.In(this).Signal(LinuxSignal.SIGKILL);
        }
        catch (LinuxEventsException)
        {
            // It has become another user's: not ours to kill.
        }
    }

    /// <summary>In the background; the group can be signalled until it is released.</summary>
    private async void TerminateAndRelease()
    {
        try
        {
            await TerminateAsync(LinuxSignal.SIGTERM, _terminateGrace, OwnScope).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinuxEventsException or ObjectDisposedException)
        {
            // It has become another user's, or the selector has ended.
        }
        finally
        {
            _watch.Release();
        }
    }
}
