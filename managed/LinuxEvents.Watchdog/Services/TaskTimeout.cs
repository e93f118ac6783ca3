namespace LinuxEvents.Watchdog;

/// <summary>Waiting for a task, but not for ever.</summary>
internal static class TaskTimeout
{
    /// <summary>Waits until the task is completed, the time is over or the token is cancelled.</summary>
    /// <returns>Whether the task is completed; its exception or cancellation is left in it.</returns>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan time, Selector selector, CancellationToken token = default)
    {
        if (task.IsCompleted) return true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        await Task.WhenAny(task, selector.DelayAsync(time, over.Token).AsTask());
        over.Cancel();
        return task.IsCompleted;
    }
}
