using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>Reports stops and continuations of children to those who ask.</summary>
/// <remarks>
/// A pidfd tells the end and nothing else. That a child stopped or went on its parent learns by SIGCHLD, and which child it was by asking each: here by
/// .NET's own registration, which takes the signal from nobody and lives as long as somebody asks. The reaper says by its eventfd that something
/// has happened. Either is a pulse for all readers. A reader takes hold of the next pulse before it looks: so what comes between look and wait
/// completes the wait. A pulse that nobody holds is nothing, and costs nothing.
/// </remarks>
internal static class ChildStops
{
    private static readonly object s_gate = new();
    private static TaskCompletionSource? s_next; // made by the first who takes hold of it
    private static PosixSignalRegistration? s_registration;
    private static int s_readers;

    /// <summary>Something may have happened to a child.</summary>
    public static void Pulse() => Interlocked.Exchange(ref s_next, null)?.SetResult();

    /// <summary>Gives what a child reports, until it has ended.</summary>
    /// <param name="take">Takes what it reports just now.</param>
    /// <param name="waitForExit">Completes when it has ended.</param>
    /// <param name="bySignal">Whether the child is this process's.</param>
    /// <param name="token">Ends the wait.</param>
    public static async IAsyncEnumerable<ChildChange> ReadAsync(
        Func<ChildChange?> take, Func<CancellationToken, Task> waitForExit, bool bySignal, [EnumeratorCancellation] CancellationToken token)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(token);
        Acquire(bySignal);
        try
        {
            Task exit = waitForExit(ending.Token);
            while (true)
            {
                Task next = NextPulse();
                while (take() is { } change)
                    yield return change;
                if ((await Task.WhenAny(exit, next).ConfigureAwait(false)) != exit)
                    continue;
                await exit.ConfigureAwait(false);
                break;
            }
        }
        finally
        {
            ending.Cancel();
            Release(bySignal);
        }
    }

    private static void Acquire(bool bySignal)
    {
        lock (s_gate)
        {
            if (!bySignal)
                return;
            if (s_readers == 0)
            {
                PosixSignalRegistration registration = PosixSignalRegistration.Create((PosixSignal)LinuxSignal.SIGCHLD, static _ => Pulse());
                if (IsIgnored())
                {
                    registration.Dispose();
                    throw new InvalidOperationException(
                        "This process was started with SIGCHLD ignored: the kernel tells nobody when a child stops.");
                }

                s_registration = registration;
            }

            s_readers++;
        }
    }

    private static void Release(bool bySignal)
    {
        lock (s_gate)
        {
            if (!bySignal || --s_readers > 0)
                return;
            s_registration!.Dispose();
            s_registration = null;
        }
    }

    private static bool IsIgnored()
    {
        try
        {
            return LinuxSignals.IsIgnored(LinuxSignal.SIGCHLD);
        }
        catch (IOException)
        {
            return false; // no /proc
        }
    }

    private static Task NextPulse()
    {
        if (Volatile.Read(ref s_next) is { } next)
            return next.Task;
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref s_next, made, null) ?? made).Task;
    }
}
