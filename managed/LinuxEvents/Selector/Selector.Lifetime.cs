using System.Runtime.ExceptionServices;

namespace LinuxEvents;

/// <content>Who drives the loop, and its end.</content>
/// <remarks>
/// <para>At most one thread drives a selector at a time: it holds a <see cref="Drive"/>, taken under _lifetime. Only the one who drives may
/// close, because closing completes waits as the loop and gives back the descriptors that the loop waits on. So Dispose
/// first sets _closing under the same lock, and then: if nobody drives, it drives itself and closes; if somebody
/// drives, the drive closes when it ends, and Dispose waits for that, unless it is called on a loop's thread.</para>
/// <para>Closing goes: no new registrations; every registration is taken out of epoll and its waits fail; every delay fails; what was
/// posted before, and the continuations of these, are run; then no more posts, and only then the descriptors are closed. Nobody can be left who would use
/// their numbers: registrations use the epoll set under their own gate after a look at their own mark, and a waker holds a reference.</para>
/// </remarks>
public sealed partial class Selector
{
    /// <summary>After so many turns of its end the loop no longer waits for callbacks that go on for ever.</summary>
    private const int LastRounds = 1000;

    private readonly object _lifetime = new();
    private readonly ManualResetEventSlim _closed = new();
    private bool _driven;
    private volatile bool _closing;

    /// <summary>
    /// Ends the loop: all waits and delays fail with <see cref="ObjectDisposedException"/>, what was posted is still run, and
    /// all its descriptors are closed. Waits for the loop's thread to be done with that; but a thread that runs a loop itself, this one or
    /// another selector's, does not wait: here the loop ends with its turn. A callback that posts itself for ever, by Task.Yield for example,
    /// is left to the thread pool after a thousand turns.
    /// </summary>
    public void Dispose()
    {
        if (_shared)
            return;
        if (IsForked)
        {
            CloseForked();
            return;
        }

        bool first, drive;
        lock (_lifetime)
        {
            first = !_closing;
            _closing = true;
            drive = first && !_driven;
            _driven |= drive;
        }

        if (drive)
        {
            new Drive(this, taken: true, nested: true).Dispose();
        }
        else
        {
            Interrupt(stop: false);
            // Loops that dispose each other would wait for ever.
            if (t_current is null)
            {
                _closed.Wait();
                _thread?.Join();
            }
        }
    }

    /// <summary>Tells a loop with a thread of its own to end, and leaves the waiting to <see cref="Dispose"/>.</summary>
    internal void BeginEnd()
    {
        if (IsForked)
            return;
        lock (_lifetime)
            _closing = true;
        Interrupt(stop: false);
    }

    /// <summary>Whether it has ended, or is about to.</summary>
    internal bool IsClosing => _closing;

    internal ObjectDisposedException Ended() => new(nameof(Selector), $"The selector {Name} was disposed.");

    private void Close()
    {
        Activity.Start();
        Exception? error = null;
        try
        {
            int round = 0;
            bool ended = false;
            do
            {
                try
                {
                    ended = false;
                    EndWaits();
                    ended = true;
                    RunPosts(int.MaxValue);
                }
                catch (ObjectDisposedException e) when (e.ObjectName == nameof(Selector))
                {
                    // A callback that goes on for ever ends here, by being refused what it needs to go on.
                }
#pragma warning disable CA1031 // A callback's exception must not keep the descriptors open.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    error ??= Report(e);
                }
            }
            // An exception leaves the rest of what there is to end and to run: that is no round yet.
            while (!ended || _posts.InBatch || !_posts.TryClose(force: ++round == LastRounds));
        }
        finally
        {
            _clock.Dispose();
            foreach (TimerQueue? timers in _otherTimers ?? [])
                timers?.Clock.Dispose();
            _wake.Dispose();
            _epoll.Dispose();
            Activity.Stop();
            LiveSelectors.Remove(Activity);
            _closed.Set();
        }

        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    private void EndWaits()
    {
        while (Registrations.CloseAndFind() is { } registered)
            registered.EndWithSelector();
        End(Timers);
        foreach (TimerQueue? timers in _otherTimers ?? [])
            End(timers);
    }

    private static void End(TimerQueue? timers)
    {
        while (timers is not null && timers.CloseAndTake(out TimerNode? timer))
            timer.Close();
    }

    /// <summary>Gives an exception to whoever wants it.</summary>
    /// <returns>What is left to throw.</returns>
    private Exception? Report(Exception error)
    {
        try
        {
            _options.UnhandledException?.Invoke(error);
            return _options.UnhandledException is null ? error : null;
        }
#pragma warning disable CA1031 // A handler's own exception takes the place of the first.
        catch (Exception own)
#pragma warning restore CA1031
        {
            return own;
        }
    }

    /// <summary>A synchronous wait holds up the loop's thread, which is the caller. A stall like others, of which more is known: reported once.</summary>
    internal void ReportBlockingWait(TimeSpan waited, string stackTrace)
    {
        Activity.Look(out int version, out _);
        if (!Activity.TryClaim(version, StallKnowledge.Stack))
            return;
        string what = $"{Activity.DescribeCurrent(out _)}, which waits synchronously";
        if (_options.Stalled is not null)
            ReportStall(what, waited, stackTrace);
        else
            StandardError.WriteLine($"LinuxEvents: {new StallReport(this, what, waited, stackTrace)}");
    }

    /// <summary>The time in which a thread is the loop's.</summary>
    private readonly ref struct Drive
    {
        private readonly Selector _selector;
        private readonly Selector? _outer;
        private readonly SynchronizationContext? _context;

        public Drive(Selector selector, bool nested = false)
            : this(selector, taken: false, nested)
        {
        }

        public Drive(Selector selector, bool taken, bool nested)
        {
            if (!taken)
                selector.StartDriving(nested);
            _selector = selector;
            _outer = t_current;
            _context = SynchronizationContext.Current;
            t_current = selector;
            selector._context = ExecutionContext.Capture();
            SynchronizationContext.SetSynchronizationContext(selector.SynchronizationContext);
            selector.Activity.Start();
        }

        public void Dispose()
        {
            try
            {
                _selector.Activity.Stop();
                if (!_selector.TryStopDriving())
                    _selector.Close();
            }
            finally
            {
                t_current = _outer;
                SynchronizationContext.SetSynchronizationContext(_context);
            }
        }
    }

    /// <param name="nested">It does not wait, and so may be done within another selector's turn.</param>
    private void StartDriving(bool nested)
    {
        if (t_current is { } running && (running == this || !nested))
        {
            throw new InvalidOperationException(running == this
                ? $"The selector {Name} is running already: a callback of the loop can't run it again."
                : $"This thread runs the selector {running.Name} already; start {Name} with a thread of its own.");
        }

        ThrowIfForked();
        lock (_lifetime)
        {
            if (_closing)
                throw Ended();
            if (_driven)
                throw new InvalidOperationException($"The selector {Name} is being run already.");
            _driven = true;
        }
    }

    /// <returns><see langword="false"/> when the selector is to be closed first.</returns>
    private bool TryStopDriving()
    {
        lock (_lifetime)
        {
            if (_closing)
                return false;
            _driven = false;
            if (_pollable)
                Rest();
            return true;
        }
    }
}
