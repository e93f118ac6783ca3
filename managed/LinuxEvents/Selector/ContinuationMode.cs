namespace LinuxEvents;

/// <summary>Where the code behind an <c>await</c> of a selector's wait runs.</summary>
public enum ContinuationMode
{
    /// <summary>
    /// Begun on the loop's thread: there, inside the loop's turn, also after <c>ConfigureAwait(false)</c>. Begun elsewhere: in the captured
    /// synchronization context, or on the thread pool.
    /// </summary>
    WhereBegun,

    /// <summary>On the loop's thread, wherever the wait began. What then blocks holds up the loop.</summary>
    Loop,

    /// <summary>On the thread pool, wherever the wait began. Costs a change of threads for each wait.</summary>
    ThreadPool,

    /// <summary>
    /// On the thread that completes the wait, at once: the loop's thread, or the one that cancels it or disposes the registration, inside that
    /// very call. For code of a few instructions that holds no lock; saves the way back through the loop.
    /// </summary>
    Inline,
}
