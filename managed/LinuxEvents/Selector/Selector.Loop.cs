using System.Runtime.CompilerServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>The loop itself: what a turn does.</content>
public sealed unsafe partial class Selector
{
    private const ulong WakeKey = ulong.MaxValue;
    private const ulong ClockKey = ulong.MaxValue - 1;

    /// <summary>Each clock has a key of its own, from <see cref="ClockKey"/> down.</summary>
    private const ulong LowestClockKey = ClockKey - 4;

    private const int Capacity = 512;

    [ThreadStatic]
    private static Selector? t_current;

    private readonly lxe_epoll_event[] _events = GC.AllocateUninitializedArray<lxe_epoll_event>(Capacity, pinned: true);
    private int _eventCount;
    private int _eventIndex;
    private int _fullBatches;
    private bool _unserved;
    private long _turn;
    private ExecutionContext? _context;

    /// <summary>Counts the loop's turns; changes as soon as a turn has collected its events.</summary>
    internal long Turn => Volatile.Read(ref _turn);

    /// <summary>One turn, with exceptions of callbacks given to whoever wants them.</summary>
    /// <returns>Whether there was anything to do.</returns>
    private bool RunTurn(long deadline)
    {
        try
        {
            return RunTurnCore(deadline);
        }
        catch (Exception e) when (_options.UnhandledException is not null)
        {
            _options.UnhandledException(e);
            return true;
        }
    }

    private bool RunTurnCore(long deadline)
    {
        // An exception may have left a turn half done: its rest comes first, the posts as well, so that whoever always throws starves nobody.
        if (_unserved && Serve())
            return true;
        Collect(deadline);
        return Serve();
    }

    /// <summary>Does what there is to do now that the descriptors were looked at.</summary>
    private bool Serve()
    {
        bool worked = Dispatch();
        RestoreContext();
        int rang = Volatile.Read(ref _rang);
        if (rang != 0 && IsAllLookedAt())
            worked |= Expire(rang);

        _unserved = false;
        return RunPosts(_options.PostsPerTurn) || worked;
    }

    /// <summary>
    /// A full batch of events is perhaps not all that is ready, and readiness wins over timeouts: they wait for as many turns as it takes to look
    /// at every descriptor, and no more.
    /// </summary>
    private bool IsAllLookedAt()
    {
        if (_eventCount == Capacity && ++_fullBatches <= Registrations.Count / Capacity)
            return false;
        _fullBatches = 0;
        return true;
    }

    private bool RunPosts(int budget)
    {
        if (!_posts.BeginBatch())
            return false;
        while (budget-- > 0 && _posts.TryTake(out PostedCall call))
        {
            try
            {
                Activity.CountPost(call);
                call.Invoke();
            }
            finally
            {
                RestoreContext();
            }
        }

        return true;
    }

    /// <summary>What a callback did to its AsyncLocals and its synchronization context is its own affair, not the next one's.</summary>
    internal void RestoreContext()
    {
        if (_context is not null && ExecutionContext.Capture() != _context)
            ExecutionContext.Restore(_context);
        if (SynchronizationContext.Current != SynchronizationContext)
            SynchronizationContext.SetSynchronizationContext(SynchronizationContext);
    }

    private void Collect(long deadline)
    {
        if (_options.BeforePoll is not null)
            Call(_options.BeforePoll);
        bool sleep = _posts.TrySleep() && Volatile.Read(ref _rang) == 0;
        ArmClocks();
        TimeSpan? advance = sleep && deadline != 0 ? TimeToAdvance() : null;
        if (!sleep || advance is not null)
            deadline = 0;
        Activity.BeginPoll(deadline);
        fixed (lxe_epoll_event* events = _events)
        {
            int count = NativeMethods.lxe_epoll_wait(_epoll.Descriptor, events, Capacity, deadline, null);
            Activity.EndPoll();
            _posts.Awake();
            Volatile.Write(ref _turn, _turn + 1);
            _eventIndex = 0;
            _eventCount = count == -Errno.EINTR ? 0 : LinuxEventsException.ThrowIfError(count, "epoll_wait", _epoll);
            _unserved = true;
        }

        if (advance is { } time && _eventCount == 0 && _posts.Count == 0)
            Advance(time);
        if (_options.AfterPoll is not null)
            Call(_options.AfterPoll);
    }

    /// <summary>What a hook throws does not end the turn where it can be told: a hook that always throws would leave nothing done.</summary>
    private void Call(Action<Selector> hook)
    {
        Activity.Source = hook;
        try
        {
            hook(this);
        }
        catch (Exception e) when (_options.UnhandledException is not null)
        {
            _options.UnhandledException(e);
        }
        finally
        {
            RestoreContext();
        }
    }

    private bool Dispatch()
    {
        bool worked = false;
        while (_eventIndex < _eventCount && !_closing)
        {
            lxe_epoll_event ready = _events[_eventIndex++];
            if (ready.data >= LowestClockKey)
            {
                if (ready.data != WakeKey)
                    Interlocked.Or(ref _rang, 1 << (int)(ClockKey - ready.data));
            }
            else if (Registrations.Find(ready.data) is { } registered)
            {
                worked = true;
                if (ProcessorCache.CanPrefetch && _eventIndex < _eventCount)
                    LookAhead();
                Activity.CountEvent(registered);
                try
                {
                    registered.Dispatch((PollEvents)ready.events, _turn);
                }
                catch
                {
                    // The other waits for this event are still to be served.
                    if (!registered.IsOneShot)
                    {
                        _eventIndex--;
                        Activity.UncountEvent();
                    }

                    throw;
                }
            }
        }

        return worked;
    }

    /// <summary>
    /// Of many descriptors next to nothing is in the processor's caches: each event would have to wait for its registration, then for the wait in
    /// there, then for who waits. So they are fetched while earlier events are served, each when it can be found without waiting for the one before.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookAhead()
    {
        (Ahead(0) as FdRegistration)?.PrefetchContinuation();
        (Ahead(1) as FdRegistration)?.PrefetchWait();
        if (Ahead(2) is { } registered)
            ProcessorCache.Prefetch(registered);
    }

    /// <summary>For what the next event is, or one behind it. A hint: it may be gone until then.</summary>
    private IRegistered? Ahead(int by)
    {
        int index = _eventIndex + by;
        return index < _eventCount ? Registrations.Peek(_events[index].data) : null;
    }
}
