using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Runs the native library's reaper for this process, and tells each of its children when it has ended.</summary>
/// <remarks>
/// <para>Two background threads, however many children there are. One is parked in lxe_reaper_run as long as the helper lives.
/// The other waits for the eventfd that the helper writes to, with no loop of anybody's: a callback that holds up one selector
/// does not keep the ends of children from another.</para>
/// <para>The helper says only that something has happened. So at each of its reports every child that was not told yet is looked at, in
/// memory; one that has ended gets its own eventfd written, once, and is forgotten. A selector watches that eventfd as it
/// would a pidfd, and <see cref="ChildWatch"/> need not know which it has.</para>
/// <para>No lost end. The eventfd is watched edge-triggered and never read: each write is an edge, and one that comes while the children
/// are looked at wakes the next wait. A child may end before it is added: adding looks once, under the lock of the looks, so that a
/// report that came before finds its child ended, and one that comes after finds it in the list. A child that somebody has
/// reaped already is told all the same, for others may wait for its edge.</para>
/// <para>Two threads look at a child, this one and who reaps it; its handle is given back by the latter. Both do so under the child's own
/// lock, which is never held over anything slow: a child that is being signalled holds up nobody else's end.</para>
/// <para>The helper dies: lxe_reaper_run marks its children as lost, reports, and returns; each is told, and its status is unknown. The
/// next child finds no helper, waits until the thread has left, and starts another. If the helper can't be started, the
/// thread says why: it keeps the result, then writes to the eventfd itself, for the report of lxe_reaper_run came before there was a result.</para>
/// </remarks>
internal static class ReaperHost
{
    private static readonly object s_starting = new();
    private static readonly object s_gate = new();
    private static readonly List<ReaperChild> s_untold = [];
    private static EventFd? s_changes;
    private static Thread? s_runner;
    private static volatile int s_result;

    /// <summary>Starts the helper if there is none.</summary>
    /// <exception cref="LinuxEventsException">It could not be started.</exception>
    public static void EnsureReady()
    {
        if (NativeMethods.lxe_reaper_pid() > 0)
            return;
        lock (s_starting)
        {
            if (NativeMethods.lxe_reaper_pid() > 0)
                return;
            s_runner?.Join(); // its helper has died
            EventFd changes = s_changes ??= StartTelling();
            using var reports = new DescriptorWait(changes.Handle, PollEvents.Read);
            s_result = 0;
            var runner = new Thread(() => Run(changes)) { IsBackground = true, Name = "LinuxEvents reaper" };
            runner.UnsafeStart();
            s_runner = runner; // once it can be joined
            while (NativeMethods.lxe_reaper_pid() < 0)
            {
                if (s_result < 0)
                    LinuxEventsException.Throw(-s_result, "lxe_reaper_run");
                reports.Next(Deadline.Never);
            }
        }
    }

    /// <summary>From now on the child is told when it has ended.</summary>
    public static void Add(ReaperChild child)
    {
        bool referenced = false;
        child.Handle.DangerousAddRef(ref referenced);
        lock (s_gate)
        {
            if (child.TryTell())
                child.Handle.DangerousRelease();
            else
                s_untold.Add(child);
        }
    }

    private static void Run(EventFd changes)
    {
        s_result = NativeMethods.lxe_reaper_run(NativeMethods.LXE_REAPER_ORPHANS, changes.Handle.Descriptor);
        changes.TryWrite(1);
    }

    private static EventFd StartTelling()
    {
        var changes = new EventFd();
        try
        {
            var reports = new DescriptorWait(changes.Handle, PollEvents.Read);
            try
            {
                new Thread(() => Tell(reports)) { IsBackground = true, Name = "LinuxEvents ends" }.UnsafeStart();
                return changes;
            }
            catch
            {
                reports.Dispose();
                throw;
            }
        }
        catch
        {
            changes.Dispose();
            throw;
        }
    }

    private static void Tell(DescriptorWait reports)
    {
        while (reports.Next(Deadline.Never))
        {
            ChildStops.Pulse();
            lock (s_gate)
            {
                for (int i = s_untold.Count - 1; i >= 0; i--)
                {
                    ReaperChild child = s_untold[i];
                    if (!child.TryTell())
                        continue;
                    s_untold[i] = s_untold[^1];
                    s_untold.RemoveAt(s_untold.Count - 1);
                    child.Handle.DangerousRelease();
                }
            }
        }
    }
}
