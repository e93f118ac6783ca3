using System.Runtime.CompilerServices;

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
/// <para>No lost end. The loop calls at every edge, the first included, perhaps before the constructor has returned. A wait reads the registration's sequence, then looks, then says that it saw nothing: an end that comes
/// between look and word moves the sequence, and the next wait completes at once. Edge-triggered, because a pidfd stays ready: where a
/// tracer holds the zombie there is nothing to reap yet, and a level-triggered loop would spin. The reap by the
/// tracer is the next edge.</para>
/// <para>Somebody else reaped it (a runtime that is process 1, an ignored SIGCHLD): waitid gives ECHILD. The kernel then has the
/// status as exit information, but some moments later, because the reaper first takes the zombie and then lets go of
/// it. Where the kernel has that, no information yet means "not yet", and the hang-up that follows is the edge.</para>
/// <para>The selector ends before the child: the watch ends with it, and the child is reaped by whoever asks next. The
/// descriptor stays open until the child has ended and its owner has let go of it; until the end there is a reference of our
/// own, so that its number can't become another's whatever is done with the handle.</para>
/// </remarks>
internal sealed class ChildWatch : IReportListener
{
    private readonly FdRegistration _registration;
    private ExitStatus _status;
    private volatile bool _exited;
    private bool _released;
    private long _aliveAt = Environment.TickCount64;

    /// <summary>Takes over a child that was just spawned, and begins to watch it.</summary>
    public ChildWatch(StartedChild child, Selector selector)
    {
        Child = child;
        bool referenced = false;
        child.Handle.DangerousAddRef(ref referenced);
        try
        {
            _registration = selector.Register(child.Handle, new RegistrationOptions { Trigger = TriggerMode.Edge, Listener = this });
        }
        catch
        {
            child.Handle.DangerousRelease();
            throw;
        }
    }

    public StartedChild Child { get; }

    public Selector Selector => _registration.Selector;

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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ExitStatus> WaitAsync(CancellationToken token)
    {
        while (true)
        {
            long sequence = _registration.Sequence;
            if (TryReap())
                return _status;
            _registration.Drained(PollEvents.Read, sequence);
            try
            {
                await _registration.WaitAsync(PollEvents.Read, token).ConfigureAwait(false);
            }
            catch (ObjectDisposedException) when (TryReap())
            {
                return _status;
            }
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
            // Whoever reaps may close it, and what an epoll set has to report of a closed descriptor is lost.
            using var open = new DescriptorReference(Child.Handle);
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
    public bool SignalGroup(LinuxSignal signal)
    {
        lock (this)
        {
            TryReap(); // a zombie is a member too, and perhaps the last
            return Child.SignalGroup(signal);
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

    /// <inheritdoc/>
    public void OnReport(FdRegistration registration)
    {
        // Later, for others wait by the same registration, and this event is theirs too.
        if (TryReap())
            registration.Selector.TryPost(new PostedCall(static (object? registration) => ((FdRegistration)registration!).Dispose(), registration));
    }
}
