namespace LinuxEvents;

/// <summary>Something with a due time. It is part of what waits for it, so that arming it allocates nothing.</summary>
public abstract class TimerNode
{
    // All of these belong to the queue, and are read and written under its gate. Together with a callback and its state
    // they make 40 bytes; an entry in the wheel is another 17.
    internal int Place;
    internal TimerSlack Slack;
    internal ushort TurnAdded;

    private protected TimerNode()
    {
    }

    /// <summary>Changes whenever the node is used anew, where it is for others than the queue to know. Read under the queue's gate.</summary>
    internal virtual short Version => 0;

    /// <summary>It will be fired or completed soon: fetches what continues then. A hint, read without protection.</summary>
    internal virtual void PrefetchContinuation()
    {
    }

    /// <summary>The time has come. On the loop's thread, outside the queue's gate.</summary>
    /// <param name="version">The node's version when it left the queue: if it differs by now, this is another use, not to be touched.</param>
    internal abstract void Fire(short version);

    /// <summary>The loop has ended before the time came. On the loop's thread, in place of <see cref="Fire"/>.</summary>
    internal abstract void Close();
}
