using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>The waiters, and what the kernel is asked to report for them.</content>
public sealed partial class FdRegistration
{
    /// <summary>Whether anybody waits.</summary>
    internal bool HasWaits
    {
        get
        {
            _gate.Enter();
            bool waits = _waits.First is not null;
            _gate.Exit();
            return waits;
        }
    }

    /// <summary>There will be a report soon: fetches who waits first. A hint, and so without the gate.</summary>
    internal void PrefetchWait()
    {
        if (_waits.First is { } operation)
            ProcessorCache.Prefetch(operation);
    }

    /// <summary>Fetches what continues then.</summary>
    internal void PrefetchContinuation() => _waits.First?.PrefetchContinuation();

    void IRegistered.Dispatch(PollEvents events, long turn)
    {
        _gate.Enter();
        if (_limiter is not null && !Admit())
        {
            _gate.Exit();
            return;
        }

        if (_oneShot)
        {
            DispatchOnce(events, turn);
            return;
        }

        if (_edgeTriggered)
        {
            _sequence++;
            events = _ready = (_ready & ~Always) | events;
        }

        WaitOperation? operation = TakeReady(events, turn, out PollEvents result);
        if (operation is null && !_edgeTriggered)
            Disarm(events);
        while (operation is not null)
        {
            bool more = _waits.First is not null;
            _gate.Exit();
            operation.CompleteReady(result);
            if (!more)
                return;
            _gate.Enter();
            operation = TakeReady(_edgeTriggered ? _ready : events, turn, out result);
        }

        _gate.Exit();
    }

    /// <summary>The gate is held.</summary>
    private void DispatchOnce(PollEvents events, long turn)
    {
        _armed = Parked;
        WaitOperation? operation = TakeReady(events, turn, out PollEvents result);
        _gate.Exit();
        try
        {
            operation?.CompleteReady(result);
        }
        finally
        {
            _gate.Enter();
            PollEvents wanted = Wanted();
            if (!_disposed && wanted != PollEvents.None)
                Arm(wanted);
            _gate.Exit();
        }
    }

    /// <summary>Takes a wait out of the list, if it is still the one that was meant.</summary>
    internal bool TryTake(WaitOperation operation, short version)
    {
        _gate.Enter();
        bool taken = operation.Waiting && operation.Version == version;
        if (taken)
            _waits.Remove(operation);
        _gate.Exit();
        return taken;
    }

    /// <summary>Keeps a consumed wait for the next one.</summary>
    internal void Return(WaitOperation operation)
    {
        if (_waits.TryReturn(operation))
            return;
        _gate.Enter();
        _waits.Return(operation);
        _gate.Exit();
    }

    private ValueTask<PollEvents> Wait(PollEvents interest, long due, bool onLoop, ContinuationMode mode, CancellationToken cancellationToken)
    {
        CheckInterest(interest);
        Selector.ThrowIfForked();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<PollEvents>(cancellationToken);

        _gate.Enter();
        if (!MustWait(interest, out PollEvents ready, out int error))
        {
            bool disposed = _disposed;
            _gate.Exit();
            return Failure(disposed, error) is { } failure ? ValueTask.FromException<PollEvents>(failure) : new ValueTask<PollEvents>(ready);
        }

        WaitOperation operation = _waits.Rent(this);
        ValueTask<PollEvents> task = operation.Start(interest, Selector.Turn, onLoop, mode);
        _waits.Add(operation);
        _gate.Exit();

        if (due != long.MaxValue || cancellationToken.CanBeCanceled)
            operation.Watch(due, onLoop, cancellationToken);
        return task;
    }

    /// <summary>Begins to wait, or goes on, with an operation of the caller's own.</summary>
    /// <returns><see langword="false"/> when there is nothing to wait for. Otherwise the operation is no longer the caller's.</returns>
    internal bool TryWait(WaitOperation operation, PollEvents interest)
    {
        Selector.ThrowIfForked();
        _gate.Enter();
        bool waits = MustWait(interest, out _, out int error), disposed = _disposed;
        if (waits)
        {
            operation.Interest = interest;
            operation.Turn = Selector.Turn;
            _waits.Add(operation);
        }

        _gate.Exit();
        return waits || (Failure(disposed, error) is { } failure ? throw failure : false);
    }

    /// <summary>Under the gate: sees to it that the kernel reports what is waited for, unless it is ready or can't be waited for.</summary>
    private bool MustWait(PollEvents interest, out PollEvents ready, out int error)
    {
        ready = Remembered(interest);
        error = 0;
        return !_disposed && ready == PollEvents.None && (error = Arm(interest)) >= 0;
    }

    /// <summary>Refuses to wait for nothing, or for what is unknown.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Just so.</exception>
    internal static void CheckInterest(PollEvents interest)
    {
        if (interest == PollEvents.None || (interest & ~Everything) != 0)
            throw new ArgumentOutOfRangeException(nameof(interest), interest, "Name one or more events to wait for.");
    }

    /// <summary>What a wait need not wait for. Outside the gate a hint, for it may change at any time.</summary>
    internal PollEvents Remembered(PollEvents interest) => _ready & (interest | Always);

    private ObjectDisposedException Disposed() => new(nameof(FdRegistration), Selector.IsClosing
        ? $"The selector {Selector.Name}, with which {this} was registered, was disposed."
        : $"The registration of {this} was disposed.");

    private Exception? Failure(bool disposed, int error) => disposed ? Disposed()
        : error < 0 ? LinuxEventsException.Create(-error, "epoll_ctl(EPOLL_CTL_MOD)", ToString())
        : null;

    /// <summary>Sees to it that the kernel reports these events.</summary>
    private int Arm(PollEvents interest) => ((uint)interest & ~_armed) == 0 ? 0 : ArmMore(interest);

    private int ArmMore(PollEvents interest)
    {
        uint armed = _armed == Parked ? (uint)interest : _armed | (uint)interest;
        return _edgeTriggered || _alwaysReady || _limiter is { Tripped: true } ? 0 : Rearm(armed);
    }

    /// <summary>The kernel reported what nobody took: stop it, unless a wait that is too young for this event wants it.</summary>
    private void Disarm(PollEvents events)
    {
        PollEvents wanted = Wanted();
        if (!_disposed && _armed != Parked && (events & ~wanted) != 0)
            Rearm(wanted == PollEvents.None ? Parked : (uint)wanted);
    }

    private PollEvents Wanted()
    {
        PollEvents wanted = PollEvents.None;
        for (WaitOperation? operation = _waits.First; operation is not null; operation = operation.Next)
            wanted |= operation.Interest | Always;
        return wanted;
    }

    private int Rearm(uint events)
    {
        uint once = _oneShot ? NativeMethods.LXE_EPOLL_ONESHOT : 0;
        int result = NativeMethods.lxe_epoll_mod(Selector.EpollDescriptor, _descriptor, events | once, _key);
        if (result >= 0)
            _armed = events;
        return result;
    }

    private WaitOperation? TakeReady(PollEvents events, long turn, out PollEvents result)
    {
        for (WaitOperation? operation = _waits.First; operation is not null; operation = operation.Next)
        {
            result = events & (operation.Interest | Always);
            if (result != PollEvents.None && (_edgeTriggered || operation.Turn < turn) && operation.TryClaim(result))
            {
                _waits.Remove(operation);
                return operation;
            }
        }

        result = PollEvents.None;
        return null;
    }

    /// <summary>Takes a wait out to fail it, and passes over what is decided already.</summary>
    private WaitOperation? TakeAny(Exception error)
    {
        _gate.Enter();
        WaitOperation? operation;
        while ((operation = _waits.First) is not null)
        {
            bool claimed = operation.TryClaim(PollEvents.None, error);
            _waits.Remove(operation);
            if (claimed)
                break;
        }

        _gate.Exit();
        return operation;
    }

    /// <summary>Counts a report against the limit, under the gate, and pauses the registration when it is one too many.</summary>
    private bool Admit()
    {
        if (_limiter!.Tripped || _disposed)
            return false;
        if (_limiter.TryCount())
            return true;
        // The gate keeps Close from taking the timer out before it is in.
        _limiter.Tripped = true;
        Rearm(Parked);
        Selector.Timers.TryAdd(_limiter, _limiter.End, onLoop: true);
        return false;
    }

    /// <summary>The pause is over. Arming looks at the descriptor anew.</summary>
    internal void Resume()
    {
        _gate.Enter();
        _limiter!.Tripped = false;
        PollEvents wanted = _edgeTriggered ? Everything : Wanted();
        if (!_disposed && wanted != PollEvents.None)
            Rearm((uint)wanted | (_edgeTriggered ? NativeMethods.LXE_EPOLL_ET : 0));
        _gate.Exit();
    }
}
