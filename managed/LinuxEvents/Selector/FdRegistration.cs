using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A descriptor in a <see cref="LinuxEvents.Selector"/>, and the waits for it. All members may be used by any thread.</summary>
/// <remarks>
/// <para>Registered once. Any number of waits may be outstanding, in either direction.</para>
/// <para>Level-triggered (the default): a wait completes when the descriptor is ready at a time after the wait began. What
/// nobody waits for any more is taken out of the kernel's interest only when it reports without being wanted ("lazy disarm"), so that
/// a reader who waits again and again makes no system call to do so. A descriptor without waiters is parked: edge-triggered without
/// interest, so that a hang-up, which the kernel always reports, does not spin the loop.</para>
/// <para>Edge-triggered: what the kernel reports is remembered, and waits complete from memory until the caller says that an
/// operation gave EAGAIN. Between that EAGAIN and the saying, a new edge may have come: the caller therefore names the
/// sequence number that it read before the operation, and if an edge has moved it since, the memory stays.</para>
/// <para>One gate guards the list of waiters, the kernel's interest and the memory. Who takes a wait out of the list under the gate
/// completes it, outside the gate: so exactly one of readiness, timeout, cancellation and disposal does. The loop takes one wait at a
/// time, because the continuation of the first may cancel the second, or dispose the registration. An event that was collected before a
/// wait began is not for that wait: a level-triggered descriptor that is still ready reports again.</para>
/// </remarks>
public sealed class FdRegistration : IDisposable
{
    private const PollEvents Always = PollEvents.Error | PollEvents.HangUp;
    private const PollEvents Everything = PollEvents.Read | PollEvents.Priority | PollEvents.Write | PollEvents.ReadHangUp | Always;
    private const uint Parked = NativeMethods.LXE_EPOLL_ET;

    private readonly int _descriptor;
    private readonly bool _ownsHandle;
    private readonly bool _edgeTriggered;
    private readonly bool _alwaysReady;
    private SpinGate _gate;
    private bool _disposed;
    private uint _armed;
    private PollEvents _ready;
    private long _sequence;
    private WaitList _waits;

    internal FdRegistration(Selector selector, SafeHandle handle, RegistrationOptions options)
    {
        Selector = selector;
        Handle = handle;
        _descriptor = (int)handle.DangerousGetHandle();
        _ownsHandle = options.OwnsHandle;
        _edgeTriggered = options.EdgeTriggered;
        _armed = _edgeTriggered ? (uint)Everything | NativeMethods.LXE_EPOLL_ET : (uint)PollEvents.Read;

        // Under the gate, so that a selector that ends meanwhile finds the descriptor either not added yet, or added.
        selector.Registrations.Add(this);
        _gate.Enter();
        int result = _disposed ? 0 : NativeMethods.lxe_epoll_add(selector.EpollDescriptor, _descriptor, _armed, Key);
        // Regular files and directories can't be watched, because they are always ready; so is /dev/null.
        _alwaysReady = result == -Errno.EPERM;
        bool failed = result < 0 && !_alwaysReady;
        _disposed |= failed;
        _gate.Exit();
        if (failed)
        {
            selector.Registrations.Remove(Key);
            string already = result == -Errno.EEXIST ? $", which is registered with the selector {selector.Name} already," : "";
            LinuxEventsException.Throw(-result, "epoll_ctl(EPOLL_CTL_ADD)", $"descriptor {_descriptor}{already}");
        }
    }

    /// <summary>The loop that watches the descriptor.</summary>
    public Selector Selector { get; }

    /// <summary>The handle that was registered. The registration holds a reference to it, so that its number can't be reused.</summary>
    public SafeHandle Handle { get; }

    /// <summary>
    /// Edge-triggered: a number that changes with every report of the kernel. To be read before an operation and given to
    /// <see cref="Drained"/> after it.
    /// </summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>What the kernel's events carry to find this registration.</summary>
    internal ulong Key { get; set; }

    /// <summary>Waits until the descriptor is ready.</summary>
    /// <param name="interest">What to wait for; <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/> are always included.</param>
    /// <param name="cancellationToken">Ends the wait. Others go on.</param>
    /// <returns>
    /// What it is ready for, of that which was asked, with <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/>. Readiness is a
    /// hint: the operation may still give EAGAIN, then wait again. To be awaited once.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interest"/> is empty or has unknown bits.</exception>
    /// <exception cref="ObjectDisposedException">The registration or its selector was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="LinuxEventsException">The kernel refused to watch the descriptor, which was perhaps closed behind the handle's back.</exception>
    public ValueTask<PollEvents> WaitAsync(PollEvents interest, CancellationToken cancellationToken = default) =>
        Wait(interest, long.MaxValue, Selector.IsLoopThread, cancellationToken);

    /// <summary>Waits until the descriptor is ready, or the time has passed.</summary>
    /// <param name="interest">What to wait for; <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/> are always included.</param>
    /// <param name="timeout">How long at most, in steps of 100 ns; zero looks once, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</param>
    /// <param name="cancellationToken">Ends the wait. Others go on.</param>
    /// <returns>
    /// What it is ready for, or <see cref="PollEvents.None"/> when the time has passed, never before. If the loop finds both, readiness wins.
    /// </returns>
    /// <inheritdoc cref="WaitAsync(PollEvents, CancellationToken)" path="/exception"/>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="timeout"/> is negative, or <paramref name="interest"/> is empty or has unknown bits.
    /// </exception>
    public ValueTask<PollEvents> WaitAsync(PollEvents interest, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Wait(interest, Selector.DueTime(timeout, nameof(timeout)), Selector.IsLoopThread, cancellationToken);

    /// <summary>As <see cref="WaitAsync(PollEvents, CancellationToken)"/>, but continues on the loop's thread wherever it began.</summary>
    internal ValueTask<PollEvents> WaitOnLoopAsync(PollEvents interest) => Wait(interest, long.MaxValue, onLoop: true, CancellationToken.None);

    /// <summary>
    /// Edge-triggered: an operation gave EAGAIN (or, on a pipe or stream socket, transferred less than was asked for). Waits
    /// for these events wait for the kernel's next report.
    /// </summary>
    /// <param name="events">
    /// What is used up: <see cref="PollEvents.Read"/>, <see cref="PollEvents.Write"/>, <see cref="PollEvents.Priority"/>; after EAGAIN also
    /// <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/>, which may have passed: a FIFO is hung up between two writers.
    /// </param>
    /// <param name="sequence">
    /// <see cref="Sequence"/>, read before that operation. If the kernel has reported since, nothing is forgotten, and the next wait
    /// completes at once.
    /// </param>
    public void Drained(PollEvents events, long sequence)
    {
        _gate.Enter();
        if (sequence == _sequence)
            _ready &= ~events;
        _gate.Exit();
    }

    /// <summary>
    /// Ends all waits with <see cref="ObjectDisposedException"/>, takes the descriptor out of the selector, and only then lets go of
    /// the handle (and disposes it, where <see cref="RegistrationOptions.OwnsHandle"/> says so).
    /// </summary>
    public void Dispose() => Close(static registration => new ObjectDisposedException(
        nameof(FdRegistration), $"The registration of descriptor {registration._descriptor} was disposed while it was waited for."));

    /// <summary>Ends the registration.</summary>
    internal void Close(Func<FdRegistration, Exception> reason)
    {
        _gate.Enter();
        bool closed = _disposed;
        _disposed = true;
        // Before the handle is let go: a closed descriptor of which a copy lives goes on reporting and can't be removed.
        if (!closed && !_alwaysReady)
            _ = NativeMethods.lxe_epoll_del(Selector.EpollDescriptor, _descriptor);
        _gate.Exit();
        if (closed)
            return;

        Selector.Registrations.Remove(Key);
        try
        {
            Handle.DangerousRelease();
            if (_ownsHandle)
                Handle.Dispose();
        }
        finally
        {
            while (TakeAny() is { } operation)
                operation.CompleteElsewhere(PollEvents.None, reason(this));
        }
    }

    /// <summary>The loop has an event for this descriptor.</summary>
    internal void Dispatch(PollEvents events, long turn)
    {
        _gate.Enter();
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
            operation.CompleteOnLoop(result);
            if (!more)
                return;
            _gate.Enter();
            operation = TakeReady(_edgeTriggered ? _ready : events, turn, out result);
        }

        _gate.Exit();
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
        _gate.Enter();
        _waits.Return(operation);
        _gate.Exit();
    }

    private ValueTask<PollEvents> Wait(PollEvents interest, long due, bool onLoop, CancellationToken cancellationToken)
    {
        if (interest == PollEvents.None || (interest & ~Everything) != 0)
            throw new ArgumentOutOfRangeException(nameof(interest), interest, "Name one or more events to wait for.");
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<PollEvents>(cancellationToken);

        _gate.Enter();
        int error = 0;
        PollEvents ready = _alwaysReady ? interest & (PollEvents.Read | PollEvents.Write)
            : _edgeTriggered ? _ready & (interest | Always)
            : PollEvents.None;
        if (_disposed || ready != PollEvents.None || (error = Arm(interest)) < 0)
        {
            bool disposed = _disposed;
            _gate.Exit();
            return disposed ? ValueTask.FromException<PollEvents>(new ObjectDisposedException(nameof(FdRegistration)))
                : error < 0 ? ValueTask.FromException<PollEvents>(
                    LinuxEventsException.Create(-error, "epoll_ctl(EPOLL_CTL_MOD)", $"descriptor {_descriptor}"))
                : new ValueTask<PollEvents>(ready);
        }

        WaitOperation operation = _waits.Rent(this);
        ValueTask<PollEvents> task = operation.Start(interest, Selector.Turn, onLoop);
        _waits.Add(operation);
        _gate.Exit();

        if (due != long.MaxValue || cancellationToken.CanBeCanceled)
            operation.Watch(due, onLoop, cancellationToken);
        return task;
    }

    /// <summary>Sees to it that the kernel reports these events.</summary>
    private int Arm(PollEvents interest)
    {
        uint armed = _armed == Parked ? (uint)interest : _armed | (uint)interest;
        return armed == _armed || _edgeTriggered || _alwaysReady ? 0 : Rearm(armed);
    }

    /// <summary>The kernel reported what nobody took: stop it, unless a wait that is too young for this event wants it.</summary>
    private void Disarm(PollEvents events)
    {
        PollEvents wanted = PollEvents.None;
        for (WaitOperation? operation = _waits.First; operation is not null; operation = operation.Next)
            wanted |= operation.Interest | Always;
        if (!_disposed && _armed != Parked && (events & ~wanted) != 0)
            Rearm(wanted == PollEvents.None ? Parked : (uint)wanted);
    }

    private int Rearm(uint events)
    {
        int result = NativeMethods.lxe_epoll_mod(Selector.EpollDescriptor, _descriptor, events, Key);
        if (result >= 0)
            _armed = events;
        return result;
    }

    private WaitOperation? TakeReady(PollEvents events, long turn, out PollEvents result)
    {
        for (WaitOperation? operation = _waits.First; operation is not null; operation = operation.Next)
        {
            result = events & (operation.Interest | Always);
            if (result != PollEvents.None && (_edgeTriggered || operation.Turn < turn))
            {
                _waits.Remove(operation);
                return operation;
            }
        }

        result = PollEvents.None;
        return null;
    }

    private WaitOperation? TakeAny()
    {
        _gate.Enter();
        WaitOperation? operation = _waits.First;
        if (operation is not null)
            _waits.Remove(operation);
        _gate.Exit();
        return operation;
    }
}
