using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Waits for the end of one child, reaps it, and keeps its status.</summary>
/// <remarks>
/// <para>Who reaps. The loop's own watch, which exists from the spawn to the end whether anybody awaits or not; and everyone who
/// asks meanwhile: WaitForExitAsync, the blocking WaitForExit, HasExited, Signal. All come through <see cref="TryReap"/>, which looks
/// (by waitid(P_PIDFD, WNOHANG), or at the reaper's record) under the gate: one of them gets the status and keeps it, the others find it
/// kept. So a blocking wait that overtakes the loop takes nothing from those who await, whose own event comes all the same. Nobody ever
/// waits for "any child", which would take children from others in this process; and neither pidfd nor record can mean another process.</para>
/// <para>Signals go out under the same gate, after a look whether the child has ended: a zombie would swallow them, and
/// after the reap there is nobody to get them. Between that look and the signal it may still end, as it always may.</para>
/// <para>No lost end. The loop serves every edge, the first included, which may come before the constructor has returned. A wait looks, and
/// joins the list, under the gate; the loop looks, and takes from the list, under the gate. So an end comes before the look, or
/// its edge finds the wait. Edge-triggered, because a pidfd stays ready: where a
/// tracer holds the zombie there is nothing to reap yet, and a level-triggered loop would spin. The reap by the
/// tracer is the next edge.</para>
/// <para>Somebody else reaped it (a runtime that is process 1, an ignored SIGCHLD): waitid gives ECHILD. The kernel then has the
/// status as exit information, but some moments later, because the reaper first takes the zombie and then lets go of
/// it. Where the kernel has that, no information yet means "not yet", and the hang-up that follows is the edge.</para>
/// <para>Each wait is completed by who takes it out of the list: the loop at the edge after the end, a cancellation, the selector's end. The first two
/// race on any threads, and the gate decides. The loop takes one at a time, for a continuation that throws must not keep the end from the others: the
/// same event is then served again.</para>
/// <para>The selector ends before the child: the watch ends with it, and the child is reaped by whoever asks next. The
/// descriptor stays open until the child has ended, the selector watches it no more, and its owner has let go of it: two references of our
/// own, so that its number can't become another's whatever is done with the handle. A selector watches it until it has served the
/// end: one that was closed before would go on reporting as long as a child that is being spawned has a copy.</para>
/// <para>It is no <see cref="FdRegistration"/>, which a child would need two objects more for: it watches for one thing, that comes once.</para>
/// </remarks>
internal sealed class ChildWatch : IRegistered
{
    private ExitWait? _waits;
    private int _waiting;
    private ulong _key;
    private ExitStatus _status;
    private volatile bool _exited;
    private bool _watched;
    private bool _released;
    private long _aliveAt = Environment.TickCount64;

    /// <summary>Takes over a child that was just spawned, and begins to watch it.</summary>
    /// <exception cref="LinuxEventsException">The kernel has no room for one more.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    public ChildWatch(StartedChild child, Selector selector)
    {
        Child = child;
        Selector = selector;
        selector.ThrowIfForked();
        // Under the gate, so that a selector that ends meanwhile finds it either not there yet, or watched.
        lock (this)
        {
            selector.Registrations.Add(this);
            int result = NativeMethods.lxe_epoll_add(
                selector.EpollDescriptor, child.Handle.Descriptor, NativeMethods.LXE_EPOLL_IN | NativeMethods.LXE_EPOLL_ET, _key);
            if (result < 0)
            {
                selector.Registrations.Remove(_key);
                LinuxEventsException.Throw(-result, "epoll_ctl(EPOLL_CTL_ADD)", ToString());
            }

            bool referenced = false;
            child.Handle.DangerousAddRef(ref referenced);
            child.Handle.DangerousAddRef(ref referenced);
            _watched = true;
        }
    }

    public StartedChild Child { get; }

    public Selector Selector { get; }

    ulong IRegistered.Key { get => _key; set => _key = value; }

    int IRegistered.PendingWaits => _waiting;

    bool IRegistered.IsOneShot => false;

    /// <summary>
    /// A time at which its number was still its own, whatever became of it later, in milliseconds of <see cref="Environment.TickCount64"/>: until
    /// the reap, where that was ours, and else when it was last seen alive.
    /// </summary>
    public long AliveAt => Interlocked.Read(ref _aliveAt);

    /// <summary>How it ended; to be read after <see cref="TryReap"/> has said so.</summary>
    public ExitStatus Status => _status;

    /// <summary>Looks whether the child has ended, and reaps it if so.</summary>
    public bool TryReap()
    {
        if (_exited)
            return true;
        lock (this)
        {
            if (_exited)
                return true;
            long now = Environment.TickCount64;
            bool ended = Child.TryReap(out _status);
            if (!ended || (Child is DirectChild && _status.HasUsage))
                Interlocked.Exchange(ref _aliveAt, now);
            if (!ended)
                return false;
            _exited = true;
            Child.Handle.DangerousRelease();
            if (_released)
                Child.Release();
            return true;
        }
    }

    public ValueTask<ExitStatus> WaitAsync(CancellationToken token)
    {
        ExitWait wait;
        ValueTask<ExitStatus> task;
        lock (this)
        {
            if (TryReap())
                return new ValueTask<ExitStatus>(_status);
            if (token.IsCancellationRequested)
                return ValueTask.FromCanceled<ExitStatus>(token);
            Selector.ThrowIfForked();
            if (!_watched)
                return ValueTask.FromException<ExitStatus>(Selector.Ended());
            wait = Selector.ExitWaits.TryRent() ?? new ExitWait(Selector);
            task = wait.Start(this);
            Last() = wait;
            _waiting++;
        }

        wait.EndWith(token);
        return task;
    }

    /// <summary>Takes a wait out of the list, if it is still there.</summary>
    public bool TryTake(ExitWait wait)
    {
        lock (this)
        {
            ref ExitWait? place = ref _waits;
            while (place is not null && place != wait)
                place = ref place.Next;
            return Take(ref place);
        }
    }

    /// <summary>Takes the stop or continuation that was not reported yet.</summary>
    public ChildChange? TakeChange()
    {
        lock (this)
            return TryReap() ? null : Child.TakeChange();
    }

    /// <summary>Blocks the thread; needs no loop.</summary>
    public bool Wait(TimeSpan timeout)
    {
        long deadline = Deadline.After(timeout);
        if (TryReap())
            return true;
        if (timeout == TimeSpan.Zero)
            return false;
        try
        {
            using var wait = new DescriptorWait(Child.Handle, PollEvents.Read);
            while (!TryReap())
            {
                if (!wait.Next(deadline))
                    return TryReap();
            }
        }
        catch (ObjectDisposedException) when (_exited)
        {
        }

        return true;
    }

    /// <returns><see langword="false"/> when it has ended.</returns>
    public bool Signal(LinuxSignal signal)
    {
        lock (this)
            return !TryReap() && Child.Signal(signal);
    }

    /// <returns><see langword="false"/> when it has ended.</returns>
    public bool QueueSignal(LinuxSignal signal, long value)
    {
        lock (this)
            return !TryReap() && Child.QueueSignal(signal, value);
    }

    /// <returns><see langword="false"/> when the group that it leads is empty.</returns>
    public bool SignalProcessGroup(LinuxSignal signal)
    {
        lock (this)
        {
            TryReap(); // a zombie is a member too, and perhaps the last
            return Child.SignalProcessGroup(signal);
        }
    }

    /// <summary>The owner has no more use for it. The watch goes on.</summary>
    public void Release()
    {
        lock (this)
        {
            _released = true;
            if (_exited)
                Child.Release();
        }
    }

    void IRegistered.Dispatch(PollEvents events, long turn)
    {
        if (!TryReap())
            return;
        while (TakeFirst() is { } wait)
            wait.CompleteOnLoop(_status);
        Unwatch();
    }

    void IRegistered.EndWithSelector()
    {
        Unwatch();
        var ends = default(FirstException);
        while (TakeFirst() is { } wait)
        {
            ends.Try(() =>
            {
                bool exited = TryReap();
                wait.CompleteElsewhere(_status, exited ? null : Selector.Ended());
            });
        }

        ends.ThrowIfAny();
    }

    string IRegistered.DumpState() => $"{this}: {(_exited ? "has ended" : "runs")}; {_waiting} waiting for its end";

    /// <summary>Names it: "child 1234".</summary>
    public override string ToString() => $"child {Child.Id}";

    /// <summary>Takes the descriptor out of the selector's set, and only then lets go of it.</summary>
    private void Unwatch()
    {
        lock (this)
        {
            if (!_watched)
                return;
            _watched = false;
            _ = NativeMethods.lxe_epoll_del(Selector.EpollDescriptor, Child.Handle.Descriptor);
        }

        Selector.Registrations.Remove(_key);
        Child.Handle.DangerousRelease();
    }

    private ExitWait? TakeFirst()
    {
        lock (this)
        {
            ExitWait? first = _waits;
            return Take(ref _waits) ? first : null;
        }
    }

    /// <summary>The end of the list. A child has few waits: they are walked through.</summary>
    private ref ExitWait? Last()
    {
        ref ExitWait? place = ref _waits;
        while (place is not null)
            place = ref place.Next;
        return ref place;
    }

    private bool Take(ref ExitWait? place)
    {
        if (place is not { } wait)
            return false;
        place = wait.Next;
        wait.Next = null;
        _waiting--;
        return true;
    }
}
