using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>A process that was forked while the selector lived.</content>
/// <remarks>
/// The child shares the epoll set with its parent: what it adds, the parent's loop is told of; what it removes, the parent waits for in
/// vain. It has none of the loop's threads, and may find their locks held for ever. So it must not use the selector, and all that would begin
/// something says so instead. It notices by a page that the kernel clears in a child: one byte read, no system call.
/// </remarks>
public sealed unsafe partial class Selector
{
    private readonly uint* _mark;

    /// <summary>Whether this process was forked from the one that made the selector. Linux 4.14; not noticed before.</summary>
    internal bool IsForked => *_mark == 0;

    /// <exception cref="InvalidOperationException">Just so.</exception>
    internal void ThrowIfForked()
    {
        if (IsForked)
            ThrowForked();
    }

    private void ThrowForked() =>
        throw new InvalidOperationException($"This process was forked from the one that made the selector {Name}, and can't use it; it can dispose it.");

    /// <summary>Gives back the child's copies of the descriptors. The parent's set stays as it is.</summary>
    private void CloseForked()
    {
        _clock.Dispose();
        _wake.Dispose();
        _epoll.Dispose();
    }
}
