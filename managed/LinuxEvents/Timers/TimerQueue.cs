using System.Diagnostics.CodeAnalysis;

namespace LinuxEvents;

/// <summary>
/// The due times of one loop, over the single kernel timer of its <see cref="LoopClock"/>: a heap with four children
/// to a node, so that a cancelled timer leaves at once and takes its memory along.
/// </summary>
/// <remarks>
/// Any thread adds and removes under the gate; only the loop expires. The clock is armed for a time at or before the
/// earliest due time whenever the loop sleeps: the loop arms it on its way to sleep (<see cref="ArmClock"/>), another
/// thread at once when it adds a new earliest. A removed timer leaves the clock armed: one wake-up finds nothing due, and
/// the clock is set right. What is due at once is due in the next turn: a turn only fires timers that were added before it
/// began to, so a callback that adds timers for "now" cannot keep the loop from its descriptors.
/// </remarks>
internal sealed class TimerQueue(LoopClock clock, LoopActivity activity)
{
    private const int Arity = 4;
    private const long Never = long.MaxValue;

    private SpinGate _gate;
    private Entry[] _heap = new Entry[16];
    private int _count;
    private long _nextSequence;
    private long _armed = Never;
    private bool _closed;

    private struct Entry
    {
        public long Due;
        public long Sequence;
        public TimerNode Node;

        public readonly bool IsBefore(in Entry other) => Due != other.Due ? Due < other.Due : Sequence < other.Sequence;
    }

    /// <summary>How many timers are outstanding.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>When the earliest is due; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextDue
    {
        get
        {
            _gate.Enter();
            long due = _count > 0 ? _heap[0].Due : Never;
            _gate.Exit();
            return due;
        }
    }

    /// <summary>What the next one is numbered.</summary>
    public long NextSequence => Volatile.Read(ref _nextSequence);

    /// <summary>For how many there is room just now.</summary>
    public int Capacity => _heap.Length;

    /// <summary>Queues a node; equal due times fire in the order of their adding.</summary>
    /// <param name="node">A node that is not queued.</param>
    /// <param name="due">Nanoseconds on the loop's clock.</param>
    /// <param name="onLoop">The caller is the loop, which arms the clock itself before it sleeps.</param>
    /// <returns><see langword="false"/> when the loop has ended.</returns>
    public bool TryAdd(TimerNode node, long due, bool onLoop)
    {
        _gate.Enter();
        try
        {
            if (_closed)
                return false;
            if (_count == _heap.Length)
                Array.Resize(ref _heap, _count * 2);
            SiftUp(_count++, new Entry { Due = due, Sequence = _nextSequence++, Node = node });
            if (!onLoop && due < _armed)
                clock.Arm(_armed = due);
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes a node out.</summary>
    /// <returns><see langword="false"/> when it was not queued: it has fired, is about to, or never was.</returns>
    public bool Remove(TimerNode node)
    {
        if (Volatile.Read(ref node.HeapIndex) < 0)
            return false;
        _gate.Enter();
        bool queued = node.HeapIndex >= 0;
        if (queued)
            RemoveAt(node.HeapIndex);
        _gate.Exit();
        return queued;
    }

    /// <summary>Arms the clock for the earliest due time, if it is not armed for that or an earlier time already.</summary>
    public void ArmClock()
    {
        if (Volatile.Read(ref _count) == 0)
            return;
        _gate.Enter();
        try
        {
            if (_count > 0 && _heap[0].Due < _armed)
                clock.Arm(_armed = _heap[0].Due);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Fires all that is due, in order. On the loop's thread, when the clock has rung.</summary>
    /// <param name="end">What <see cref="NextSequence"/> was when the turn began: younger timers are for the next turn.</param>
    /// <param name="budget">How many to fire at most. The clock is armed for the rest, which is due at once.</param>
    /// <returns>Whether anything was.</returns>
    public bool Expire(long end, int budget)
    {
        _gate.Enter();
        _armed = Never;
        _gate.Exit();

        long now = clock.Now;
        bool fired = false;
        while (budget-- > 0 && TryTake(now, end, out TimerNode? node, out short version))
        {
            fired = true;
            activity.CountTimer();
            node.Fire(version);
        }

        return fired;
    }

    /// <summary>Takes no more nodes, and gives back any one that is still queued: for a loop that ends.</summary>
    public bool CloseAndTake([NotNullWhen(true)] out TimerNode? node)
    {
        _gate.Enter();
        _closed = true;
        _gate.Exit();
        return TryTake(Never, Never, out node, out _);
    }

    private bool TryTake(long now, long end, [NotNullWhen(true)] out TimerNode? node, out short version)
    {
        _gate.Enter();
        bool due = _count > 0 && _heap[0].Due <= now && _heap[0].Sequence < end;
        node = due ? _heap[0].Node : null;
        version = node?.Version ?? 0;
        if (due)
            RemoveAt(0);
        _gate.Exit();
        return due;
    }

    private void RemoveAt(int index)
    {
        Volatile.Write(ref _heap[index].Node.HeapIndex, -1);
        Entry last = _heap[--_count];
        _heap[_count] = default;
        if (index < _count)
        {
            if (index > 0 && last.IsBefore(_heap[(index - 1) / Arity]))
                SiftUp(index, last);
            else
                SiftDown(index, last);
        }

        if (_count < _heap.Length / 8 && _heap.Length > 64)
            Array.Resize(ref _heap, _heap.Length / 2);
    }

    private void SiftUp(int index, in Entry entry)
    {
        while (index > 0)
        {
            int parent = (index - 1) / Arity;
            if (!entry.IsBefore(_heap[parent]))
                break;
            Place(index, _heap[parent]);
            index = parent;
        }

        Place(index, entry);
    }

    private void SiftDown(int index, in Entry entry)
    {
        while (true)
        {
            int first = index * Arity + 1, least = -1;
            for (int child = first; child < Math.Min(first + Arity, _count); child++)
            {
                if (least < 0 || _heap[child].IsBefore(_heap[least]))
                    least = child;
            }

            if (least < 0 || !_heap[least].IsBefore(entry))
                break;
            Place(index, _heap[least]);
            index = least;
        }

        Place(index, entry);
    }

    private void Place(int index, in Entry entry)
    {
        _heap[index] = entry;
        Volatile.Write(ref entry.Node.HeapIndex, index);
    }
}
