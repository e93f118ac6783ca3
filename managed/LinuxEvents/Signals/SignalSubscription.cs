using System.Runtime.CompilerServices;

namespace LinuxEvents;

/// <summary>
/// Receives signals that are sent to this process. From <c>Open</c> on each signal of the set is received
/// instead of having its default effect, and waits until it is taken. Several subscriptions each get every signal. All
/// members may be used by any thread, several waits included: each signal ends one of them.
/// </summary>
/// <remarks>
/// <para>With the last subscription to a signal its former action comes back. What that one did not take is raised again, and has
/// the effect that it would have had: a SIGTERM that was received but never taken ends the process soon after
/// <see cref="Dispose"/>. A subscription that is never disposed lives as long as its selector.</para>
/// <para>Other handlers work beside it: <see cref="System.Runtime.InteropServices.PosixSignalRegistration"/> and
/// <see cref="Console.CancelKeyPress"/> get the same signals, and while the subscription lives they need not cancel them to keep the
/// process alive. They may be made and disposed at any time. Two things the console keeps to itself: a handler of
/// <see cref="Console.CancelKeyPress"/> that was there before the subscription and does not cancel still ends the process; and when it
/// changes the terminal's settings it takes SIGTTOU, of which a subscription receives nothing from then on. And where a signal's first registration was made
/// during a subscription and outlives it, a signal that it does not cancel has no default effect any more, unless the runtime handles it anyway
/// (SIGHUP, SIGINT, SIGQUIT, SIGTERM).</para>
/// <para>A signal that the process ignored is received as well, and is ignored again afterwards; see
/// <see cref="LinuxSignals.IsIgnored"/>. One that every thread blocks is received only through
/// <see cref="SignalDelivery.SignalFd"/>.</para>
/// <para>What children inherit: those of <see cref="ChildProcess"/> start with nothing blocked, those of
/// <see cref="System.Diagnostics.Process"/> with what the calling thread blocks: nothing with the relay; the signals themselves with a
/// signalfd, so that such a child does not notice a SIGTERM unless it unblocks it. To children of either kind that are started while the
/// relay receives a signal which the process ignored before, that signal is no longer ignored but has its default effect.</para>
/// <para>Beside the relay the runtime starts a thread of its own for each SIGHUP, SIGINT, SIGQUIT and SIGTERM, and ends the process where it can't, for
/// want of a descriptor or of memory: a program that works near its limit of descriptors keeps some of them free.</para>
/// <para>A signal that was sent to one thread (tgkill(2)) is received like one to the process; from a signalfd only that thread can
/// take it. Signals of the same number that come while one waits to be delivered are one signal to the kernel, except for real-time
/// signals. signal(7)</para>
/// </remarks>
public sealed class SignalSubscription : IAsyncEnumerable<SignalInfo>, IDisposable, IAsyncDisposable
{
    private readonly SignalSource _source;
    private readonly FdRegistration _registration;
    private readonly object _gate = new();
    private volatile bool _disposed;
    private long _drained = -1; // the report after which it was found empty
    private volatile int _waits; // which sleep, or are about to
    private SignalWait? _spare;

    private SignalSubscription(SignalSource source, ulong signals, SignalSubscriptionOptions options)
    {
        Signals = SignalMask.Members(signals);
        _source = source;
        _registration = (options.Selector ?? LinuxEvents.Selector.Shared).Register(source, RegistrationOptions.OwnedEdge);
        Delivery = options.Delivery;
        Capacity = source.Capacity;
    }

    /// <summary>The loop that waits for the signals.</summary>
    public Selector Selector => _registration.Selector;

    /// <summary>What it receives, by number. None is missing but those that <see cref="SignalSubscriptionOptions.LeaveIgnored"/> left out.</summary>
    public IReadOnlyList<LinuxSignal> Signals { get; }

    /// <summary>The way by which the signals come.</summary>
    public SignalDelivery Delivery { get; }

    /// <summary>How many signals may wait to be taken; 0 with <see cref="SignalDelivery.SignalFd"/>, where the kernel keeps them.</summary>
    public int Capacity { get; }

    /// <summary>
    /// How many signals this subscription has lost, because <see cref="Capacity"/> of them waited already. Always 0
    /// with <see cref="SignalDelivery.SignalFd"/>.
    /// </summary>
    public long Dropped => (long)_source.Dropped;

    internal bool IsDisposed => _disposed;

    /// <summary>Subscribes to signals, by the relay and on <see cref="Selector.Shared"/>.</summary>
    /// <param name="signals">Which: one or more.</param>
    /// <inheritdoc cref="Open(SignalSubscriptionOptions, ReadOnlySpan{LinuxSignal})" path="/exception"/>
    public static SignalSubscription Open(params ReadOnlySpan<LinuxSignal> signals) => Open(new SignalSubscriptionOptions(), signals);

    /// <summary>Subscribes to signals.</summary>
    /// <param name="options">How.</param>
    /// <param name="signals">Which: one or more.</param>
    /// <exception cref="ArgumentException">
    /// There is no signal, or one that can't be subscribed to: SIGKILL and SIGSTOP; the faults SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV and
    /// SIGSYS; SIGABRT; SIGCHLD, for which there is <c>ChildProcess</c>; those that libc and the runtime keep for themselves, from 32 to SIGRTMIN;
    /// and numbers outside of 1 to 64.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="SignalDelivery.SignalFd"/>, but a thread does not block the signals, or another such subscription has them.
    /// </exception>
    /// <exception cref="TimeoutException">A thread did not answer within <see cref="SignalSubscriptionOptions.BlockTimeout"/>.</exception>
    /// <exception cref="LinuxEventsException">There are 64 subscriptions already, or no descriptor is free.</exception>
    /// <exception cref="ObjectDisposedException">The selector is disposed.</exception>
    public static SignalSubscription Open(SignalSubscriptionOptions options, params ReadOnlySpan<LinuxSignal> signals)
    {
        ArgumentNullException.ThrowIfNull(options);
        ulong mask = SignalMask.ForSubscription(signals);
        if (options.LeaveIgnored)
            mask &= ~ProcessStatus.Read().Ignored;
        SignalSource source = options.Delivery switch
        {
            SignalDelivery.Relay when mask != 0 => RelaySource.Open(mask, options.Capacity, options.Overflow),
            _ => SignalFdSource.Open(mask, options),
        };
        try
        {
            return new SignalSubscription(source, mask, options);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Takes the next signal, waiting for it if there is none.</summary>
    /// <param name="cancellationToken">Ends the wait. No signal is lost by that: the next wait gets it.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The subscription or its selector is disposed, perhaps during the wait.</exception>
    /// <remarks>A wait that begins on the selector's thread continues there, whatever <c>ConfigureAwait</c> says.</remarks>
    public ValueTask<SignalInfo> WaitAsync(CancellationToken cancellationToken = default)
    {
        SignalWait wait = Interlocked.Exchange(ref _spare, null) ?? new SignalWait(this);
        return new ValueTask<SignalInfo>(wait, wait.Start(cancellationToken));
    }

    /// <summary>Takes a signal, if one waits.</summary>
    /// <param name="info">Receives it.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ObjectDisposedException">The subscription or its selector is disposed.</exception>
    public bool TryTake(out SignalInfo info)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _source.TryTake(1, out info, out _);
        }
    }

    /// <summary>
    /// Takes signals one after the other, for <c>await foreach</c>. The enumeration ends when the subscription is disposed, and
    /// breaking it off loses nothing: the signals that are left wait for the next one.
    /// </summary>
    /// <param name="cancellationToken">Ends a wait of the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ObjectDisposedException">The subscription is disposed.</exception>
    public IAsyncEnumerator<SignalInfo> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new SignalEnumerator(this, cancellationToken);
    }

    /// <summary>
    /// Ends the subscription, and waits with <see cref="ObjectDisposedException"/>. What was not taken, and no other subscription
    /// gets, is raised again and has the effect that it would have had.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _ = Dropped; // what it tells until the loop has let go of the descriptor
            _disposed = true;
            _registration.Dispose();
        }
    }

    /// <summary>As <see cref="Dispose"/>, at once.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Takes a signal or, if none waits, gives a wait until it is worth while to look again; <see cref="EndWait"/> must follow that.
    /// </summary>
    /// <remarks>
    /// More is read ahead only while nobody waits, and nobody begins to wait while there is something: or a wait would
    /// sleep beside signals of which the kernel knows no more. And what was found empty is read again only after the kernel has reported.
    /// </remarks>
    internal bool TryTakeOrWait(
        CancellationToken token, out SignalInfo info, out ConfiguredValueTaskAwaitable<PollEvents>.ConfiguredValueTaskAwaiter wait)
    {
        token.ThrowIfCancellationRequested();
        wait = default;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            long sequence = _registration.Sequence;
            bool taken = _source.TryTake(sequence == _drained ? 0 : _waits == 0 ? SignalSource.BatchLength : 1, out info, out bool drained);
            if (drained)
                SetDrained(sequence);
            if (taken)
                return true;
            Interlocked.Increment(ref _waits);
        }

#pragma warning disable CA2012 // The caller consumes it, once.
        wait = _registration.WaitAsync(PollEvents.Read, token).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        return false;
    }

    /// <summary>To be called when a wait of <see cref="TryTakeOrWait"/> is over, before anything else.</summary>
    internal void EndWait() => Interlocked.Decrement(ref _waits);

    private void SetDrained(long sequence)
    {
        _drained = sequence;
        _registration.MarkDrained(PollEvents.Read, sequence);
    }

    /// <summary>Keeps a consumed wait for the next one.</summary>
    internal void Return(SignalWait wait) => _spare = wait;
}
