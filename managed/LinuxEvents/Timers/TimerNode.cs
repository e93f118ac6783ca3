namespace LinuxEvents;

/// <summary>Something with a due time. It is part of what waits for it, so that arming it allocates nothing.</summary>
public abstract class TimerNode
{
    // All of these belong to the queue, and are read and written under its gate. Together with a callback and its state
    // they make 64 bytes.
    internal TimerNode? NextTimer;
    internal TimerNode? PreviousTimer;
    internal long Due;
    internal uint Slack;
    internal ushort Mark;

    private protected TimerNode()
    {
    }

    /// <summary>Changes whenever the node is used anew. A pooled node is not used anew while it is queued.</summary>
    internal short Version { get; private protected set; }

    /// <summary>The time has come. On the loop's thread, outside the queue's gate.</summary>
    /// <param name="version">The node's version when it left the queue: if it differs by now, this is another use, not to be touched.</param>
    internal abstract void Fire(short version);

    /// <summary>The loop has ended before the time came. On the loop's thread, in place of <see cref="Fire"/>.</summary>
    internal abstract void Close();

    /// <summary>Begins another use, under the gate: who took it out of the queue for the last one finds that it is too late.</summary>
    internal void Renew() => Version++;
}
