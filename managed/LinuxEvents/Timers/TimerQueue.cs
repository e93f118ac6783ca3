using System.Diagnostics.CodeAnalysis;

namespace LinuxEvents;

/// <summary>The timers of one loop on one clock, over the single kernel timer of a <see cref="LoopClock"/>.</summary>
/// <remarks>
/// <para>Any thread adds and removes under the gate; only the loop expires. The race is between the loop that is about to sleep and a thread
/// that adds a timer: whenever the loop sleeps, the clock is armed (<see cref="_armed"/>) for the first moment at which a timer must be
/// served, or an earlier one. The loop sees to that on its way to sleep (<see cref="ArmClock"/>); another thread that makes that moment earlier does so under the same
/// gate at once, or wakes the loop where only the loop may arm the clock. So the loop need not take the gate to find that nothing has
/// changed: whoever lowers <see cref="_next"/> behind its back has seen to the clock.</para>
/// <para>That moment is the least of due + slack, and when it has come all is fired that is due, the first due first: the fewest wake-ups
/// that the windows allow. A removed timer leaves the clock armed, for the next wait may want it: one wake-up then finds nothing due.</para>
/// <para>A turn fires nothing that was added in it: what is added for "now" is due in the next turn, after another look at the descriptors.</para>
/// <para>Who takes a timer out of the wheel, under the gate, has it: the loop to fire it, or who cancels it. One that is taken to be fired is marked as such
/// (<see cref="TimerWheel.IsTaken"/>) and carries its version along. A raw timer that is begun anew meanwhile loses the mark under the gate, and is then not fired for its former use;
/// a pooled wait has another version.</para>
/// </remarks>
internal sealed class TimerQueue
{
    private const long Never = long.MaxValue;

    private readonly LoopClock _clock;
    private readonly Selector _selector;
    private readonly TimerWheel _wheel = new();
    private readonly TimerSlack _slack;
    private OwnerGate _gate;
    private long _next = Never;
    private long _armed = Never;
    private bool _closed;

    /// <param name="selector">Whose loop it is.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="slack">The slack of timers that say nothing else.</param>
    public TimerQueue(Selector selector, LoopClock clock, TimerSlack slack)
    {
        _clock = clock;
        _selector = selector;
        _slack = slack;
        _wheel.Advance(clock.Now);
    }

    /// <summary>The clock it follows.</summary>
    public LoopClock Clock => _clock;

    /// <summary>How many timers are outstanding.</summary>
    public int Count => Volatile.Read(ref _wheel.Count);

    /// <summary>No later than the first moment at which a timer must be served; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Next => Count == 0 ? Never : Volatile.Read(ref _next);

    /// <summary>Queues a node, with the loop's slack; equal due times fire in the order of their adding.</summary>
    /// <param name="node">A node that is not queued.</param>
    /// <param name="due">Nanoseconds on the clock.</param>
    /// <param name="onLoop">The caller is the loop, which arms the clock itself before it sleeps.</param>
    /// <returns><see langword="false"/> when the loop has ended.</returns>
    public bool TryAdd(TimerNode node, long due, bool onLoop) => TryAdd(node, due, null, onLoop);

    /// <inheritdoc cref="TryAdd(TimerNode, long, bool)"/>
    /// <param name="node">A node that is not queued.</param>
    /// <param name="due">Nanoseconds on the clock.</param>
    /// <param name="slack">By how much it may be late to share a wake-up, if not as the loop's timers are.</param>
    /// <param name="onLoop">The caller is the loop, which arms the clock itself before it sleeps.</param>
    public bool TryAdd(TimerNode node, long due, TimerSlack? slack, bool onLoop)
    {
        _gate.Enter(onLoop);
        try
        {
            return TryAddCore(node, due, slack ?? _slack, onLoop);
        }
        finally
        {
            _gate.Exit(onLoop);
        }
    }

    /// <summary>Queues a node that may be queued already, or on its way to be fired, for another time.</summary>
    /// <inheritdoc cref="TryAdd(TimerNode, long, TimerSlack?, bool)" path="/param|/returns"/>
    public bool TryRestart(TimerNode node, long due, TimerSlack? slack, bool onLoop)
    {
        _gate.Enter(onLoop);
        try
        {
            if (TimerWheel.Holds(node))
                _wheel.Remove(node);
            return TryAddCore(node, due, slack ?? _slack, onLoop);
        }
        finally
        {
            _gate.Exit(onLoop);
        }
    }

    /// <summary>Takes a node out.</summary>
    /// <returns><see langword="false"/> when it was not queued: it has fired, is about to, or never was.</returns>
    public bool Remove(TimerNode node)
    {
        if (!TimerWheel.Holds(node))
            return false;
        bool onLoop = _selector.IsLoopThread;
        _gate.Enter(onLoop);
        bool queued = TimerWheel.Holds(node);
        if (queued)
        {
            _wheel.Remove(node);
            // Else it may be too early, which costs one arming.
            if (_wheel.Count == 0)
                _next = Never;
        }

        _gate.Exit(onLoop);
        // The loop gives back memory on its way to sleep, and may sleep long.
        if (!onLoop && _wheel.IsSparse)
            _selector.Interrupt();
        return queued;
    }

    /// <summary>
    /// On the loop's way to sleep: arms the clock for the moment at which the loop must not sleep any more, if it is not armed for that or an earlier one
    /// already, and gives back memory that cancelled timers have left.
    /// </summary>
    public void ArmClock()
    {
        if (_wheel.IsSparse)
            Compact();
        if (Volatile.Read(ref _next) >= Volatile.Read(ref _armed))
            return;
        bool onLoop = _selector.IsLoopThread;
        _gate.Enter(onLoop);
        try
        {
            if (_next >= _armed)
                return;
            _armed = _next;
            if (_clock.ArmsAnywhere)
                _clock.Arm(_armed);
        }
        finally
        {
            _gate.Exit(onLoop);
        }

        if (!_clock.ArmsAnywhere)
            _clock.Arm(_armed);
    }

    /// <summary>Fires all that is due, in order. On the loop's thread, when the clock has rung.</summary>
    /// <param name="budget">How many to fire at most. The clock is armed for the rest, which is due at once.</param>
    /// <returns>Whether anything was.</returns>
    public bool Expire(int budget)
    {
        long now = _clock.Now;
        _gate.Enter(owner: true);
        _armed = Never;
        _gate.Exit(owner: true);

        bool fired = false;
        try
        {
            while (budget-- > 0 && TryTake(now, out TimerNode? node, out short version))
            {
                fired = true;
                _selector.Activity.CountTimer();
                node.Fire(version);
            }
        }
        finally
        {
            _gate.Enter(owner: true);
            _next = _wheel.Settle(now);
            _gate.Exit(owner: true);
        }

        return fired;
    }

    /// <summary>Takes no more nodes, and gives back any one that is still queued: for a loop that ends.</summary>
    public bool CloseAndTake([NotNullWhen(true)] out TimerNode? node)
    {
        _gate.Enter(owner: true);
        _closed = true;
        bool taken = _wheel.TryTakeAny(out node);
        _gate.Exit(owner: true);
        return taken;
    }

    private int Turn => (int)_selector.Turn & int.MaxValue;

    private void Compact()
    {
        bool onLoop = _selector.IsLoopThread;
        _gate.Enter(onLoop);
        try
        {
            _wheel.Compact();
        }
        finally
        {
            _gate.Exit(onLoop);
        }
    }

    private bool TryAddCore(TimerNode node, long due, TimerSlack slack, bool onLoop)
    {
        if (_closed)
            return false;
        _wheel.Add(node, due, slack, Turn);
        long latest = slack.After(due);
        if (latest >= _next)
            return true;
        _next = latest;
        if (!onLoop && latest < _armed)
        {
            if (_clock.ArmsAnywhere)
                _clock.Arm(_armed = latest);
            else
                _clock.WakeLoop();
        }

        return true;
    }

    private bool TryTake(long now, [NotNullWhen(true)] out TimerNode? node, out short version)
    {
        _gate.Enter(owner: true);
        try
        {
            bool taken = _wheel.TryTake(now, Turn, out node);
            version = node?.Version ?? 0;
            return taken;
        }
        finally
        {
            _gate.Exit(owner: true);
        }
    }
}
