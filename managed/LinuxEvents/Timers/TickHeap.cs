using System.Diagnostics.CodeAnalysis;

namespace LinuxEvents;

/// <summary>The timers of a wheel's present tick and of earlier ones, by due time to the nanosecond; equal ones in the order in which they came.</summary>
/// <remarks>
/// A heap with four children to a node. A timer that is removed leaves its entry behind, which is known by the node's state, due time or version; entries
/// without a timer are swept out as soon as they are the greater part.
/// </remarks>
internal sealed class TickHeap
{
    private const int Arity = 4;
    private const int KeptLength = 4096;

    private readonly List<Entry> _young = [];
    private Entry[] _entries = new Entry[16];
    private int _count;
    private int _live;
    private long _sequence;

    private struct Entry
    {
        public long Due;

        /// <summary>What comes counts up; the lowest 16 bits are the node's version.</summary>
        public long Sequence;
        public TimerNode Node;

        public readonly bool IsBefore(in Entry other) => Due != other.Due ? Due < other.Due : Sequence < other.Sequence;

        /// <summary>Whether the node is still here for this use.</summary>
        public readonly bool IsLive =>
            (Node.Mark & TimerWheel.StateMask) == TimerWheel.InHeap && Node.Due == Due && Node.Version == (short)Sequence;
    }

    /// <summary>Takes in a node whose mark says that it is here.</summary>
    public void Add(TimerNode node)
    {
        _live++;
        Push(new Entry { Due = node.Due, Sequence = _sequence++ << 16 | (ushort)node.Version, Node = node });
    }

    /// <summary>A node's mark says that it is here no more.</summary>
    public void OnRemoved()
    {
        if (--_live < _count / 2 - 32)
            Sweep();
    }

    /// <summary>Takes the first that is due.</summary>
    /// <param name="now">Until when.</param>
    /// <param name="turn">What was added in this turn is laid aside; -1 for none.</param>
    /// <param name="node">The timer.</param>
    public bool TryTake(long now, int turn, [NotNullWhen(true)] out TimerNode? node)
    {
        while (_count > 0 && _entries[0].Due <= now)
        {
            Entry entry = _entries[0];
            RemoveFirst();
            node = entry.Node;
            if (!entry.IsLive)
                continue;
            if (turn >= 0 && node.Mark >> TimerWheel.TurnShift == (turn & (ushort.MaxValue >> TimerWheel.TurnShift)))
            {
                _young.Add(entry);
                continue;
            }

            Volatile.Write(ref node.Mark, 0);
            _live--;
            return true;
        }

        node = null;
        return false;
    }

    /// <summary>Takes back what was laid aside.</summary>
    /// <returns>The first due time if that has come; else the least of the latest moments, <see cref="long.MaxValue"/> when there is nothing.</returns>
    public long Settle(long now)
    {
        foreach (Entry entry in _young)
            Push(entry);
        _young.Clear();
        while (_count > 0 && !_entries[0].IsLive)
            RemoveFirst();
        if (_count == 0)
        {
            _live = 0;
            if (_entries.Length > KeptLength)
                _entries = new Entry[16];
            return long.MaxValue;
        }

        if (_entries[0].Due <= now)
            return _entries[0].Due;
        long latest = long.MaxValue;
        for (int i = 0; i < _count; i++)
        {
            if (_entries[i].IsLive)
                latest = Math.Min(latest, TimerWheel.LatestOf(_entries[i].Node));
        }

        return latest;
    }

    private void Push(in Entry entry)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        int index = _count++;
        while (index > 0)
        {
            int parent = (index - 1) / Arity;
            if (!entry.IsBefore(_entries[parent]))
                break;
            _entries[index] = _entries[parent];
            index = parent;
        }

        _entries[index] = entry;
    }

    private void RemoveFirst()
    {
        Entry last = _entries[--_count];
        _entries[_count] = default;
        if (_count > 0)
            SiftDown(0, last);
    }

    private void SiftDown(int index, in Entry entry)
    {
        while (true)
        {
            int first = index * Arity + 1;
            if (first >= _count)
                break;
            int least = first, end = Math.Min(first + Arity, _count);
            for (int child = first + 1; child < end; child++)
            {
                if (_entries[child].IsBefore(_entries[least]))
                    least = child;
            }

            if (!_entries[least].IsBefore(entry))
                break;
            _entries[index] = _entries[least];
            index = least;
        }

        _entries[index] = entry;
    }

    /// <summary>Rids the heap of entries without a timer.</summary>
    private void Sweep()
    {
        int live = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_entries[i].IsLive)
                _entries[live++] = _entries[i];
        }

        Array.Clear(_entries, live, _count - live);
        _count = _live = live;
        for (int i = (live - 2) / Arity; i >= 0 && live > 1; i--)
            SiftDown(i, _entries[i]);
        if (live < _entries.Length / 8 && _entries.Length > KeptLength)
            Array.Resize(ref _entries, _entries.Length / 4);
    }
}
