namespace LinuxEvents;

/// <summary>Something with a due time. It is part of what waits for it, so that arming it allocates nothing.</summary>
internal abstract class TimerNode
{
    /// <summary>The place in the queue's heap, -1 when not queued. Belongs to the queue.</summary>
    internal int HeapIndex = -1;

    /// <summary>Changes whenever the node is used anew. A node is not used anew while it is queued.</summary>
    internal short Version { get; private protected set; }

    /// <summary>The time has come. On the loop's thread, outside the queue's gate.</summary>
    /// <param name="version">The node's version when it left the queue: if it differs by now, this is another use, not to be touched.</param>
    internal abstract void Fire(short version);

    /// <summary>The loop has ended before the time came. On the loop's thread, in place of <see cref="Fire"/>.</summary>
    internal abstract void Close();
}
