namespace LinuxEvents;

/// <summary>A timer as <see cref="TimeProvider.CreateTimer"/> promises it, on a loop: its callback runs on the loop's thread.</summary>
/// <remarks>
/// The lock orders changes, disposal and the timer's own setting of its next time. A firing that has left the queue looks there whether it still holds: a change
/// in between has taken its mark away. <see cref="_running"/> and <see cref="_ended"/> are for who disposes it and waits until the callback has
/// returned; the loop's own thread does not wait for itself.
/// </remarks>
internal sealed class ProviderTimer(Selector selector, TimerCallback callback, object? state, ExecutionContext? context) : TimerNode, ITimer
{
    private readonly object _lock = new();
    private TaskCompletionSource? _ended;
    private long _due;
    private long _period;
    private bool _running;
    private bool _disposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        selector.ThrowIfForked();
        long due = selector.DueTime(dueTime, nameof(dueTime));
        lock (_lock)
        {
            if (_disposed)
                return false;
            _period = period > TimeSpan.Zero ? period.Ticks * TimeSpan.NanosecondsPerTick : 0;
            return Restart(due) ? true : throw selector.Ended();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Stop();
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        lock (_lock)
        {
            if (!_running || selector.IsLoopThread)
                return default;
            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_ended.Task);
        }
    }

    internal override void Fire(short version)
    {
        lock (_lock)
        {
            if (!TimerWheel.IsTaken(this) || _disposed)
                return;
            _running = true;
            if (_period > 0)
            {
                // Keeps the rhythm, and leaves out what has passed.
                long behind = (selector.GetTimestamp() - _due) / _period;
                Restart(_due + (behind + 1) * _period);
            }
        }

        selector.Activity.Callback = callback;
        try
        {
            if (context is null)
                callback(state);
            else
                ExecutionContext.Run(context, static self => ((ProviderTimer)self!).Call(), this);
        }
        finally
        {
            selector.RestoreContext();
            lock (_lock)
            {
                _running = false;
                _ended?.SetResult();
                _ended = null;
            }
        }
    }

    internal override void Close()
    {
        // It does not fire any more.
    }

    private void Call() => callback(state);

    /// <summary>What is never due is not queued, so that nobody holds it.</summary>
    private bool Restart(long due)
    {
        _due = due;
        if (due != long.MaxValue)
            return selector.Timers.TryRestart(this, due, null, selector.IsLoopThread);
        Stop();
        return !selector.IsClosing;
    }

    private void Stop()
    {
        if (!selector.Timers.Remove(this))
            TimerWheel.Withdraw(this);
    }

    private static void Check(TimeSpan time, string parameter)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan || time.TotalMilliseconds > uint.MaxValue - 1)
            throw new ArgumentOutOfRangeException(parameter, time, "The time must be zero, positive and at most 4,294,967,294 milliseconds, or Timeout.InfiniteTimeSpan.");
    }
}
