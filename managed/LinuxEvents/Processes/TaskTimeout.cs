namespace LinuxEvents;

/// <summary>Waiting for a task, but not for ever.</summary>
internal static class TaskTimeout
{
    /// <summary>Waits until the task is completed, the time is over or the token is cancelled.</summary>
    /// <returns>Whether the task is completed; its exception or cancellation is left in it.</returns>
    /// <exception cref="ObjectDisposedException">The selector was disposed meanwhile.</exception>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan time, Selector selector, CancellationToken token = default)
    {
        if (task.IsCompleted)
            return true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task delay = selector.DelayAsync(time, over.Token).AsTask();
        if (await Task.WhenAny(task, delay).ConfigureAwait(false) == delay && delay.IsFaulted)
            await delay.ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        return task.IsCompleted;
    }
}
