using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>The ways to drive the loop, and to have it look up from its sleep.</content>
public sealed partial class Selector
{
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
}
