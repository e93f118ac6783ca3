using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// One loop on one thread that waits for descriptors, timers and posted calls, and continues there whoever awaited them.
/// </summary>
/// <remarks>
/// <para>Take <see cref="Shared"/>, <see cref="Start"/> one with a thread of its own, or make one and drive it by hand with
/// <see cref="Run"/>, <see cref="RunOnce"/> or <see cref="RunUntilComplete(Func{Task})"/>.</para>
/// <para>Registering, waiting, posting, delaying, stopping and disposing may be done by any thread. A wait that began on the loop's thread
/// continues there, inside the loop's turn, also after <c>ConfigureAwait(false)</c>; one that began elsewhere continues on the
/// thread pool, or in the captured synchronization context. A continuation that blocks holds up the whole loop.</para>
/// <para>In one turn the loop serves the descriptors that are ready, then the timers that are due, then what was posted before. What
/// these add is for the next turn, so that none of the three starves another; nor does a flood of posts or timers, of which a turn
/// takes only so many (<see cref="SelectorOptions.PostsPerTurn"/>).</para>
/// </remarks>
public sealed unsafe partial class Selector : IDisposable
{
    private static Selector? s_shared;
    private static object? s_sharedLock;

    private readonly SelectorOptions _options;
    private readonly bool _shared;
    private readonly SafeEpollHandle _epoll;
    private readonly SafeEventFdHandle _wake;
    private readonly LoopClock _clock;
    private readonly PostQueue _posts = new();
    private Thread? _thread;

    /// <summary>Makes a selector that the caller drives.</summary>
    /// <param name="options">How it is set up.</param>
    /// <exception cref="LinuxEventsException">No descriptor could be had.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public Selector(SelectorOptions? options = null)
        : this(options, shared: false)
    {
    }

    private Selector(SelectorOptions? options, bool shared)
    {
        NativeLibraryVersion.Ensure();
        _mark = ForkMark.Pointer;
        _options = options?.Copy() ?? new SelectorOptions();
        Activity = new LoopActivity(_options);
        _shared = shared;
        Continuations = _options.Continuations;
        SynchronizationContext = new SelectorSynchronizationContext(this, _options.BlockingWait, _options.BlockingWaitThreshold);
        TaskScheduler = new SelectorTaskScheduler(this);
        _epoll = SafeEpollHandle.Create(0);
        try
        {
            // Edge-triggered and never read: each write is an edge, and a wake-up costs one system call less.
            _wake = SafeEventFdHandle.Create(0, NativeMethods.LXE_NONBLOCK);
            LinuxEventsException.ThrowIfError(
                NativeMethods.lxe_epoll_add(EpollDescriptor, _wake.Descriptor, NativeMethods.LXE_EPOLL_IN | NativeMethods.LXE_EPOLL_ET, WakeKey),
                "epoll_ctl(EPOLL_CTL_ADD)", _wake);
            _clock = MakeClock(TimerClock.Monotonic, 0);
        }
        catch
        {
            _wake?.Dispose();
            _epoll.Dispose();
            throw;
        }

        Timers = new TimerQueue(this, _clock, new TimerSlack(_options.TimerSlack));
        TimeProvider = new SelectorTimeProvider(this, _options.TimeProvider ?? TimeProvider.System);
        LiveSelectors.Add(this);
    }

    /// <summary>The process's common selector, started when it is first asked for. Disposing it does nothing.</summary>
    /// <exception cref="LinuxEventsException">No descriptor could be had; the next who asks may have more luck.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static Selector Shared => LazyInitializer.EnsureInitialized(
        ref s_shared, ref s_sharedLock, static () => StartThread(new SelectorOptions { Name = "LinuxEvents" }, shared: true));

    /// <summary>The selector whose loop runs on this thread just now, or <see langword="null"/>.</summary>
    public static Selector? Current => t_current;

    /// <summary>The name it was given.</summary>
    public string Name => _options.Name;

    /// <summary>Names it: "selector LinuxEvents".</summary>
    public override string ToString() => $"selector {Name}";

    /// <summary>Whether the calling thread is running this selector's loop.</summary>
    public bool IsLoopThread => t_current == this;

    /// <summary>Brings continuations to the loop's thread; it is the current one there.</summary>
    public SynchronizationContext SynchronizationContext { get; }

    /// <summary>Runs tasks on the loop's thread, one at a time: for <see cref="TaskFactory"/> and whatever else takes a scheduler.</summary>
    public TaskScheduler TaskScheduler { get; }

    internal ContinuationMode Continuations { get; }

    internal LoopActivity Activity { get; }

    internal OperationPool<WaitAnyOperation> WaitAnyOperations { get; } = new();

    internal OperationPool<ExitWait> ExitWaits { get; } = new();

    internal RegistrationTable Registrations { get; } = new();

    internal int EpollDescriptor => _epoll.Descriptor;

    /// <summary>Makes a selector with a background thread of its own, which runs until the selector is disposed.</summary>
    /// <param name="options">How it is set up.</param>
    /// <exception cref="LinuxEventsException">No descriptor could be had, or none of <see cref="SelectorOptions.Processors"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="SelectorOptions.Processors"/> is empty or names what can't be a processor.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static Selector Start(SelectorOptions? options = null) => StartThread(options, shared: false);

    /// <summary>Registers a descriptor, once for all waits.</summary>
    /// <param name="handle">
    /// The descriptor: any open one. A regular file is accepted and always ready, as the kernel has it. The registration holds a reference, so
    /// that disposing the handle does not close it; but a number that is closed behind the handle's back while a copy of it lives goes on
    /// reporting, and nobody can take it out of the set any more (epoll(7), questions and answers).
    /// </param>
    /// <param name="options">How; level-triggered by default.</param>
    /// <returns>The registration, to be disposed before or instead of the handle.</returns>
    /// <exception cref="ArgumentException">The handle is invalid.</exception>
    /// <exception cref="ObjectDisposedException">The handle or the selector was disposed.</exception>
    /// <exception cref="LinuxEventsException">
    /// The kernel refused: EBADF for a closed number, EEXIST for one that is registered here already, EINVAL for this selector's own
    /// <see cref="PollHandle"/>, ELOOP for sets that contain each other, ENOSPC or ENOMEM.
    /// </exception>
    public FdRegistration Register(SafeHandle handle, RegistrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (handle.IsInvalid)
            throw new ArgumentException("The handle holds no descriptor.", nameof(handle));
        ThrowIfForked();
        bool referenced = false, registered = false;
        try
        {
            handle.DangerousAddRef(ref referenced);
            var registration = new FdRegistration(this, handle, options ?? RegistrationOptions.Default);
            registered = true;
            return registration;
        }
        finally
        {
            if (referenced && !registered)
                handle.DangerousRelease();
        }
    }

    /// <summary>Waits until one of several descriptors is ready, or the time has passed. Exactly one ends the wait.</summary>
    /// <param name="targets">What to wait for, the first first if several are ready when the wait begins. Registrations with this selector.</param>
    /// <param name="timeout">How long at most, in steps of 100 ns; zero looks once, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Which target, and what it is ready for; readiness of the others is left to other waits. To be awaited once; it continues as
    /// <see cref="SelectorOptions.Continuations"/> says.
    /// </returns>
    /// <exception cref="ArgumentException">There are no targets, or one is registered with another selector.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or an interest is empty or has unknown bits.</exception>
    /// <exception cref="ObjectDisposedException">One of the registrations or the selector was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<WaitAnyResult> WaitAnyAsync(ReadOnlySpan<WaitTarget> targets, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long due = DueTime(timeout, nameof(timeout));
        if (targets.IsEmpty)
            throw new ArgumentException("There is nothing to wait for.", nameof(targets));
        foreach (WaitTarget target in targets)
        {
            if (target.Registration is null)
                throw new ArgumentNullException(nameof(targets), "A target names no registration.");
            FdRegistration.CheckInterest(target.Interest);
            if (target.Registration.Selector != this)
                throw new ArgumentException($"The registration of {target.Registration} is with the selector {target.Registration.Selector.Name}, not {Name}.", nameof(targets));
        }

        ThrowIfForked();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<WaitAnyResult>(cancellationToken);
        return (WaitAnyOperations.TryRent() ?? new WaitAnyOperation(this)).Start(targets, due, IsLoopThread, cancellationToken);
    }

    /// <summary>Has the loop call something in its next turn. Calls from one thread keep their order.</summary>
    /// <param name="callback">What to call. It does not inherit the caller's execution context; <see cref="InvokeAsync(Func{Task})"/> does.</param>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    public void Post(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        PostIfOpen(new PostedCall(callback));
    }

    /// <inheritdoc cref="Post(Action)"/>
    /// <param name="callback">What to call. It does not inherit the caller's execution context; <see cref="InvokeAsync(Func{Task})"/> does.</param>
    /// <param name="state">What to call it with.</param>
    public void Post(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        PostIfOpen(new PostedCall(callback, state));
    }

    /// <summary>Runs an asynchronous function on the loop, from any thread.</summary>
    /// <param name="function">What to run; its awaits continue on the loop.</param>
    /// <returns>Completes as the function's own task does.</returns>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    public Task InvokeAsync(Func<Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        // With the function as its state, by which a stall is named.
        var task = new Task<Task>(static function => ((Func<Task>)function!)(), function);
        Post(static task => ((Task)task!).RunSynchronously(System.Threading.Tasks.TaskScheduler.Default), task);
        return task.Unwrap();
    }

    /// <inheritdoc cref="InvokeAsync(Func{Task})"/>
    public Task<T> InvokeAsync<T>(Func<Task<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        var task = new Task<Task<T>>(static function => ((Func<Task<T>>)function!)(), function);
        Post(static task => ((Task)task!).RunSynchronously(System.Threading.Tasks.TaskScheduler.Default), task);
        return task.Unwrap();
    }

    private void PostIfOpen(in PostedCall call)
    {
        if (_closing || !TryPost(call))
            throw Ended();
    }

    /// <summary>Has the loop run a continuation.</summary>
    /// <param name="continuation">What to run.</param>
    /// <param name="state">What it will continue with, by which a stall is named.</param>
    internal bool PostContinuation(IThreadPoolWorkItem continuation, object? state) => TryPost(new PostedCall(continuation, state));

    internal bool TryPost(in PostedCall call)
    {
        ThrowIfForked();
        bool accepted = _posts.TryAdd(call, out bool wake);
        if (wake)
            Wake();
        return accepted;
    }

    /// <exception cref="ArgumentOutOfRangeException">The mode is none.</exception>
    private static Selector StartThread(SelectorOptions? options, bool shared)
    {
        ulong[]? processors = options?.Processors is { } set ? ProcessorSet.ToMask(set) : null;
        var selector = new Selector(options, shared);
        try
        {
            selector._driven = true;
            var placed = new TaskCompletionSource();
            selector._thread = new Thread(processors is null ? selector.RunThread : () => selector.RunThread(processors, placed))
            {
                IsBackground = true,
                Name = selector.Name,
            };
            selector._thread.UnsafeStart();
            if (processors is not null)
                placed.Task.GetAwaiter().GetResult();
        }
        catch
        {
            selector._thread = null;
            selector._driven = false;
            selector.Dispose();
            throw;
        }

        return selector;
    }
}
