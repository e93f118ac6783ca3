using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>The loop itself: its turns, and who may drive it.</content>
public sealed unsafe partial class Selector
{
    private const ulong WakeKey = ulong.MaxValue;
    private const ulong ClockKey = ulong.MaxValue - 1;
    private const int Capacity = 512;

    [ThreadStatic]
    private static Selector? t_current;

    private readonly lxe_epoll_event[] _events = GC.AllocateUninitializedArray<lxe_epoll_event>(Capacity, pinned: true);
    private int _eventCount;
    private int _eventIndex;
    private int _fullBatches;
    private long _turn;
    private ExecutionContext? _context;

    /// <summary>Counts the loop's turns; changes as soon as a turn has collected its events.</summary>
    internal long Turn => Volatile.Read(ref _turn);

    /// <summary>Runs the loop on this thread until <see cref="Stop"/> or <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">A selector runs on this thread already, or this selector on another.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed before.</exception>
    /// <remarks>
    /// What a posted callback throws leaves this method, unless <see cref="SelectorOptions.UnhandledException"/> takes it. Nothing is
    /// lost by that: the next call goes on behind that callback.
    /// </remarks>
    public void Run()
    {
        using Drive drive = new(this);
        RunTurns();
    }

    /// <summary>What a thread of the selector's own runs: it drives from before its start, so that only it can close.</summary>
    private void RunThread()
    {
        using Drive drive = new(this, taken: true, nested: false);
        RunTurns();
    }

    /// <summary>The same on some processors only, or not at all.</summary>
    private void RunThread(ulong[] processors, TaskCompletionSource placed)
    {
        try
        {
            ProcessorSet.Enter(processors);
        }
        catch (LinuxEventsException e)
        {
            placed.SetException(e);
            return;
        }

        placed.SetResult();
        RunThread();
    }

    private void RunTurns()
    {
        while (!_closing && !_posts.TryConsumeStop())
            RunTurn(NativeMethods.LXE_NO_DEADLINE);
    }

    /// <summary>Runs one turn: waits until there is something to do, and does it.</summary>
    /// <param name="timeout">How long to wait for it at most, in steps of 100 ns; zero only looks, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</param>
    /// <returns><see langword="false"/> when there was nothing to do, or <see cref="Stop"/> had been called.</returns>
    /// <remarks>With a timeout of zero, which never waits, it may also be called on the thread of another selector's loop.</remarks>
    /// <inheritdoc cref="Run" path="/exception"/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    public bool RunOnce(TimeSpan timeout)
    {
        long deadline = DueTime(timeout, Stopwatch.GetTimestamp(), nameof(timeout));
        using Drive drive = new(this, nested: timeout == TimeSpan.Zero);
        bool worked;
        do
        {
            if (_closing || _posts.TryConsumeStop())
                return false;
            worked = RunTurn(deadline);
        }
        while (!worked && deadline > Stopwatch.GetTimestamp());
        return worked;
    }

    /// <summary>Runs the loop on this thread until a task is completed.</summary>
    /// <param name="task">Any task. Waits that began before, outside the loop, continue on the thread pool: to have all on the loop, pass a function.</param>
    /// <exception cref="OperationCanceledException">The task was cancelled, or <see cref="Stop"/> was called.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed, before or meanwhile.</exception>
    /// <inheritdoc cref="Run" path="/exception"/>
    public void RunUntilComplete(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        RunUntilComplete(() => task);
    }

    /// <summary>Calls an asynchronous function on the loop, and runs the loop on this thread until its task is completed.</summary>
    /// <param name="main">The function; its awaits continue on this thread.</param>
    /// <inheritdoc cref="RunUntilComplete(Task)" path="/exception"/>
    public void RunUntilComplete(Func<Task> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        Task task;
        using (Drive drive = new(this))
        {
            Activity.Source = main;
            task = main();
            if (!task.IsCompleted)
            {
                task.ContinueWith(
                    static (_, self) => ((Selector)self!).Interrupt(), this,
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, System.Threading.Tasks.TaskScheduler.Default);
            }

            while (!task.IsCompleted)
            {
                if (_closing)
                    throw Ended();
                if (_posts.TryConsumeStop())
                    throw new OperationCanceledException($"The selector {Name} was stopped before the task was completed.");
                RunTurn(NativeMethods.LXE_NO_DEADLINE);
            }
        }

        task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="RunUntilComplete(Func{Task})"/>
    /// <returns>The task's result.</returns>
    public T RunUntilComplete<T>(Func<Task<T>> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        Task<T>? task = null;
        Func<Task> run = () => task = main();
        RunUntilComplete(run);
        return task!.Result;
    }

    /// <summary>Makes <see cref="Run"/> return after its turn; if it is not running, as soon as it is called.</summary>
    /// <exception cref="InvalidOperationException">The selector has a thread of its own: dispose it instead.</exception>
    public void Stop()
    {
        if (_thread is not null)
            throw new InvalidOperationException($"The selector {Name} has a thread of its own, which ends when the selector is disposed.");
        Interrupt(stop: true);
    }

    internal void Interrupt() => Interrupt(stop: false);

    private void Interrupt(bool stop)
    {
        if (_posts.Interrupt(stop))
            Wake();
    }

    private void Wake()
    {
        bool referenced = false;
        try
        {
            _wake.DangerousAddRef(ref referenced);
            Activity.CountWakeUp();
            _ = NativeMethods.lxe_eventfd_write(_wake.Descriptor, 1);
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended meanwhile, and sleeps no more.
        }
        finally
        {
            if (referenced)
                _wake.DangerousRelease();
        }
    }

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
        // An exception may have left a batch half served: its rest comes first.
        if (_eventIndex == _eventCount)
            Collect(deadline);
        bool worked = Dispatch();
        RestoreContext();
        int rang = Volatile.Read(ref _rang);
        if (rang != 0 && IsAllLookedAt())
            worked |= Expire(rang);

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
            if (ready.data > ClockKey - (ulong)s_clocks.Length)
            {
                if (ready.data != WakeKey)
                    Interlocked.Or(ref _rang, 1 << (int)(ClockKey - ready.data));
            }
            else if (Registrations.Find(ready.data) is { } registration)
            {
                worked = true;
                Activity.CountEvent(registration);
                try
                {
                    registration.Dispatch((PollEvents)ready.events, _turn);
                }
                catch
                {
                    // The other waits for this event are still to be served.
                    if (!registration.IsOneShot)
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
}
