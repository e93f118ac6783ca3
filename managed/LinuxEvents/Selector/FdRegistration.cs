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
/// <para>One-shot: the kernel disarms with each report, which goes to the first waiter whom it suits. The others are armed again, with all
/// that they want, only when that one has gone on: it may have used up what was reported, and arming looks at the descriptor anew. A
/// wait that begins in between arms for itself. So a report that finds no waiter, because a wait was cancelled say, is lost to nobody.</para>
/// <para>One gate guards the list of waiters, the kernel's interest and the memory. Who takes a wait out of the list under the gate
/// completes it, outside the gate: so exactly one of readiness, timeout, cancellation and disposal does. The loop takes one wait at a
/// time, because the continuation of the first may cancel the second, or dispose the registration. An event that was collected before a
/// wait began is not for that wait: a level-triggered descriptor that is still ready reports again.</para>
/// </remarks>
public sealed partial class FdRegistration : IRegistered, IDisposable
{
    private const PollEvents Always = PollEvents.Error | PollEvents.Close;
    private const PollEvents Everything = PollEvents.Read | PollEvents.Priority | PollEvents.Write | PollEvents.ReadClose | Always;
    private const uint Parked = NativeMethods.LXE_EPOLL_ET;

    private readonly int _descriptor;
    private readonly bool _ownsHandle;
    private readonly bool _edgeTriggered;
    private readonly bool _oneShot;
    private readonly ContinuationMode _continuations;
    private readonly bool _alwaysReady;
    private readonly ReportLimiter? _limiter;
    private SpinGate _gate;
    private bool _disposed;
    private int _closedForked;
    private uint _armed;
    private PollEvents _ready;
    private long _sequence;
    private WaitList _waits;
    private ulong _key;

    internal FdRegistration(Selector selector, SafeHandle handle, RegistrationOptions options)
    {
        Selector = selector;
        Handle = handle;
        _descriptor = (int)handle.DangerousGetHandle();
        _ownsHandle = options.OwnsHandle;
        Name = options.Name;
        _edgeTriggered = options.Trigger == TriggerMode.Edge;
        _oneShot = options.Trigger == TriggerMode.OneShot;
        _continuations = options.Continuations ?? selector.Continuations;
        _armed = options.Trigger switch
        {
            TriggerMode.Level => (uint)PollEvents.Read,
            TriggerMode.Edge => (uint)Everything | NativeMethods.LXE_EPOLL_ET,
            _ => Parked,
        };

        if (options.RateLimit is { } limit)
            _limiter = new ReportLimiter(this, limit);

        // Under the gate, so that a selector that ends meanwhile finds the descriptor either not added yet, or added.
        selector.Registrations.Add(this);
        _gate.Enter();
        int result = _disposed ? 0 : NativeMethods.lxe_epoll_add(selector.EpollDescriptor, _descriptor, _armed, _key);
        // Regular files and directories can't be watched, because they are always ready; so is /dev/null.
        _alwaysReady = result == -Errno.EPERM;
        if (_alwaysReady)
            _ready = PollEvents.Read | PollEvents.Write;
        bool failed = result < 0 && !_alwaysReady;
        _disposed |= failed;
        _gate.Exit();
        if (failed)
        {
            selector.Registrations.Remove(_key);
            string already = result == -Errno.EEXIST ? $", which is registered with the selector {selector.Name} already," : "";
            LinuxEventsException.Throw(-result, "epoll_ctl(EPOLL_CTL_ADD)", $"{this}{already}");
        }
    }

    /// <summary>The loop that watches the descriptor.</summary>
    public Selector Selector { get; }

    /// <summary>The handle that was registered. The registration holds a reference to it, so that its number can't be reused.</summary>
    public SafeHandle Handle { get; }

    /// <summary>What it is called in reports, or <see langword="null"/>.</summary>
    public string? Name { get; }

    /// <summary>
    /// Edge-triggered: a number that changes with every report of the kernel. To be read before an operation and given to
    /// <see cref="MarkDrained"/> after it.
    /// </summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>Whether it has exceeded its <see cref="RegistrationOptions.RateLimit"/> just now, and is not watched.</summary>
    public bool IsRateLimited => _limiter is { } limiter && Volatile.Read(ref limiter.Tripped);

    /// <summary>Whether a wait is as good as a look at the descriptor.</summary>
    internal bool IsLevelTriggered => !_edgeTriggered && !_oneShot;

    int IRegistered.PendingWaits => _waits.Count;

    bool IRegistered.IsOneShot => _oneShot;

    ulong IRegistered.Key { get => _key; set => _key = value; }

    /// <summary>Where waits continue.</summary>
    internal ContinuationMode Continuations => _continuations;

    /// <summary>Waits until the descriptor is ready.</summary>
    /// <param name="interest">What to wait for; <see cref="PollEvents.Error"/> and <see cref="PollEvents.Close"/> are always included.</param>
    /// <param name="cancellationToken">Ends the wait. Others go on.</param>
    /// <returns>
    /// What it is ready for, of that which was asked, with <see cref="PollEvents.Error"/> and <see cref="PollEvents.Close"/>. Readiness is a
    /// hint: the operation may still give EAGAIN, then wait again. To be awaited once.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interest"/> is empty or has unknown bits.</exception>
    /// <exception cref="ObjectDisposedException">The registration or its selector was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="LinuxEventsException">The kernel refused to watch the descriptor, which was perhaps closed behind the handle's back.</exception>
    public ValueTask<PollEvents> WaitAsync(PollEvents interest, CancellationToken cancellationToken = default) =>
        Wait(interest, long.MaxValue, Selector.IsLoopThread, _continuations, cancellationToken);

    /// <summary>Waits until the descriptor is ready, or the time has passed.</summary>
    /// <param name="interest">What to wait for; <see cref="PollEvents.Error"/> and <see cref="PollEvents.Close"/> are always included.</param>
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
        Wait(interest, Selector.DueTime(timeout, nameof(timeout)), Selector.IsLoopThread, _continuations, cancellationToken);

    /// <summary>As <see cref="WaitAsync(PollEvents, CancellationToken)"/>, but continues on the loop's thread wherever it began.</summary>
    internal ValueTask<PollEvents> WaitOnLoopAsync(PollEvents interest) =>
        Wait(interest, long.MaxValue, Selector.IsLoopThread, ContinuationMode.Loop, CancellationToken.None);

    /// <summary>
    /// Edge-triggered: an operation gave EAGAIN (or, on a pipe or stream socket, transferred less than was asked for). Waits
    /// for these events wait for the kernel's next report.
    /// </summary>
    /// <param name="events">
    /// What is used up: <see cref="PollEvents.Read"/>, <see cref="PollEvents.Write"/>, <see cref="PollEvents.Priority"/>; after EAGAIN also
    /// <see cref="PollEvents.Error"/> and <see cref="PollEvents.Close"/>, which may have passed: a FIFO is hung up between two writers.
    /// </param>
    /// <param name="sequence">
    /// <see cref="Sequence"/>, read before that operation. If the kernel has reported since, nothing is forgotten, and the next wait
    /// completes at once.
    /// </param>
    public void MarkDrained(PollEvents events, long sequence)
    {
        if (!_edgeTriggered || _alwaysReady)
            return;
        _gate.Enter();
        if (sequence == _sequence)
            _ready &= ~events;
        _gate.Exit();
    }

    /// <summary>
    /// Ends all waits with <see cref="ObjectDisposedException"/>, takes the descriptor out of the selector, and only then lets go of
    /// the handle (and disposes it, where <see cref="RegistrationOptions.OwnsHandle"/> says so).
    /// </summary>
    public void Dispose() => Close(static registration => registration.Disposed());

    /// <summary>Names it: "descriptor 7", or "input (descriptor 7)".</summary>
    public override string ToString() => Name is null ? $"descriptor {_descriptor}" : $"{Name} (descriptor {_descriptor})";

    void IRegistered.EndWithSelector() => Close(static registration => registration.Selector.Ended());

    /// <summary>Ends the registration.</summary>
    internal void Close(Func<FdRegistration, Exception> reason)
    {
        if (Selector.IsForked)
        {
            CloseForked();
            return;
        }

        _gate.Enter();
        bool closed = _disposed;
        _disposed = true;
        // Before the handle is let go: a closed descriptor of which a copy lives goes on reporting and can't be removed.
        if (!closed && !_alwaysReady)
            _ = NativeMethods.lxe_epoll_del(Selector.EpollDescriptor, _descriptor);
        _gate.Exit();
        if (closed)
            return;

        Selector.Registrations.Remove(_key);
        if (_limiter is not null)
            Selector.Timers.Remove(_limiter);
        try
        {
            Handle.DangerousRelease();
            if (_ownsHandle)
                Handle.Dispose();
        }
        finally
        {
            EndWaits(reason);
        }
    }

    /// <summary>Fails all waits, also those behind one whose inline continuation throws.</summary>
    private void EndWaits(Func<FdRegistration, Exception> reason)
    {
        var ends = default(FirstException);
        while (HasWaits && reason(this) is var error && TakeAny(error) is { } operation)
            ends.Try(() => operation.Fail(error));
        ends.ThrowIfAny();
    }

    /// <summary>In a forked child: the set is the parent's too, the waits are the parent's, and the gate may be held by a thread that is not here.</summary>
    private void CloseForked()
    {
        if (Interlocked.Exchange(ref _closedForked, 1) != 0)
            return;
        Handle.DangerousRelease();
        if (_ownsHandle)
            Handle.Dispose();
    }
}
