using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace LinuxEvents;

/// <summary>Brings continuations of tasks back to a selector's loop. Current on the loop's thread.</summary>
internal sealed class SelectorSynchronizationContext : SynchronizationContext
{
    private const int TimedOut = WaitHandle.WaitTimeout;

    private readonly Selector _selector;
    private readonly BlockingWaitPolicy _policy;
    private readonly TimeSpan _patience;
    private bool _reporting;

    public SelectorSynchronizationContext(Selector selector, BlockingWaitPolicy policy, TimeSpan patience)
    {
        _selector = selector;
        _policy = policy;
        _patience = patience;
        if (policy != BlockingWaitPolicy.Allow)
            SetWaitNotificationRequired();
    }

    /// <summary>Queues the callback for the loop's next turn; once the selector has ended, for the thread pool, so that nothing is left hanging.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!_selector.TryPost(new PostedCall(d, state)))
            base.Post(d, state);
    }

    /// <summary>Runs the callback on the loop and waits for it; on the loop's own thread simply runs it.</summary>
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (_selector.IsLoopThread)
        {
            d(state);
            return;
        }

        Exception? error = null;
        using var done = new ManualResetEventSlim();
        _selector.Post(_ =>
        {
            try
            {
                d(state);
            }
#pragma warning disable CA1031 // Whatever it throws belongs to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }

            done.Set();
        }, null);
        done.Wait();
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>
    /// The runtime calls this in place of any blocking wait of a thread whose current context this is. What is over within the threshold is
    /// nobody's business; one that lasts is noticed here, on the very thread that waits, and so with its stack.
    /// </summary>
    public override int Wait(nint[] waitHandles, bool waitAll, int millisecondsTimeout)
    {
        int patience = (int)Math.Min(Math.Ceiling(_patience.TotalMilliseconds), int.MaxValue);
        bool bounded = (uint)millisecondsTimeout <= (uint)patience;
        // The report itself may wait, for a lock of a log file say.
        if (bounded || _reporting || !_selector.IsLoopThread)
            return WaitHelper(waitHandles, waitAll, millisecondsTimeout);

        long start = Stopwatch.GetTimestamp();
        int result = WaitHelper(waitHandles, waitAll, patience);
        if (result != TimedOut)
            return result;
        Notice(Stopwatch.GetElapsedTime(start));
        if (millisecondsTimeout == Timeout.Infinite)
            return WaitHelper(waitHandles, waitAll, Timeout.Infinite);
        double left = millisecondsTimeout - Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return WaitHelper(waitHandles, waitAll, (int)Math.Max(Math.Ceiling(left), 0));
    }

    private void Notice(TimeSpan waited)
    {
        if (_policy == BlockingWaitPolicy.Throw)
        {
            throw new InvalidOperationException(
                $"The thread of the selector {_selector.Name} has been blocked for {waited.TotalMilliseconds:F0} ms by a synchronous wait, perhaps for what only this thread can do. Await instead.");
        }

        _reporting = true;
        try
        {
            _selector.ReportBlockingWait(waited, new StackTrace(skipFrames: 2, fNeedFileInfo: true).ToString());
        }
        finally
        {
            _reporting = false;
        }
    }
}
