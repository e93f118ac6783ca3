namespace LinuxEvents;

/// <summary>What happens when the loop's thread is blocked by a synchronous wait: Task.Wait, WaitHandle.WaitOne, a contended lock, Thread.Join.</summary>
/// <remarks>
/// What it waits for may be what only this thread can do, and then it waits for ever. Noticed is what the runtime tells the current
/// synchronization context of; a sleep, a blocking system call and a spinning thread are not noticed here, but they are stalls.
/// </remarks>
public enum BlockingWaitPolicy
{
    /// <summary>
    /// A wait that takes longer than <see cref="SelectorOptions.BlockingWaitThreshold"/> is reported once, with its stack trace, and goes on:
    /// to <see cref="SelectorOptions.Stalled"/>, or to the standard error stream where there is no such handler.
    /// </summary>
    Report,

    /// <summary>
    /// A wait that takes longer than <see cref="SelectorOptions.BlockingWaitThreshold"/> ends with <see cref="InvalidOperationException"/>.
    /// Also that for a lock, which is then not held.
    /// </summary>
    Throw,

    /// <summary>Nothing.</summary>
    Allow,
}
