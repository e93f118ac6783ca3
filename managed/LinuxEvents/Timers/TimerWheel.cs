using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace LinuxEvents;

/// <summary>
/// Timers by due time: those of the far future in a hierarchy of wheels, those of the present tick in a heap, which
/// has them to the nanosecond. Adding, removing and moving cost the same however many there are; whoever is removed leaves at
/// once and takes its memory along. Not safe for several threads: <see cref="TimerQueue"/> guards it.
/// </summary>
/// <remarks>
/// <para>Time is cut into ticks of 2^16 ns (66 µs), and the wheel stands at one of them. A timer of that tick or an earlier one is of the present. Any other
/// is in the wheel of the highest of the base-256 digits in which its tick differs from the wheel's, in the slot that this digit
/// names. So a timer's slot follows from its due time and from where the wheel stands: as the wheel
/// moves on, that digit stays the highest that differs until the wheel reaches the slot, which is then emptied into finer ones
/// (<see cref="Advance"/>). Level 0 covers 17 ms, level 1 4.3 s, level 2 18 minutes, level 3 78 hours.</para>
/// <para>Equal due times keep the order of their adding: a slot has its timers in that order; it is emptied from its front, and only when that is done can a timer
/// for the same tick be put where its members went. The heap numbers what comes.</para>
/// <para>The timers of the present are in a slot, too, and the heap has the places there. A timer that is removed from there leaves its place behind, which nobody else gets until the heap
/// has come to it; places without a timer are swept out as soon as they are the greater part.</para>
/// <para>When to ring follows from due + slack, the latest moment: each slot keeps the least of its members', which removals leave too low.
/// A ring that comes too early by that finds the slot reached, empties it, and cannot come twice for the same slot. The heap's is counted anew
/// after each ring.</para>
/// </remarks>
internal sealed class TimerWheel
{
    private const int TickBits = 16;
    private const int DigitBits = 8;
    private const int Slots = 1 << DigitBits;
    private const int Levels = (63 - TickBits + DigitBits - 1) / DigitBits;
    private const int Present = Levels * Slots;
    private const int LeastBlocks = 16, KeptCapacity = 4096;
    private const long Never = long.MaxValue;

    /// <summary>In place of the place of a timer that was taken to be fired.</summary>
    private const int Taken = -1;

    private readonly ulong[] _occupied = new ulong[Levels * Slots / 64];
    private readonly DueHeap _present = new();
    private readonly List<DueHeap.Item> _young = [];
    private TimerSlots _slots = new(Present + 1, LeastBlocks);
    private long _tick;
    private int _left;

    /// <summary>How many timers there are.</summary>
    public int Count;

    /// <summary>Whether it holds the node.</summary>
    public static bool Holds(TimerNode node) => Volatile.Read(ref node.Place) > 0;

    /// <summary>Whether the node was taken to be fired, and neither added nor withdrawn since.</summary>
    public static bool IsTaken(TimerNode node) => Volatile.Read(ref node.Place) == Taken;

    /// <summary>A node that may have been taken to be fired is not to be.</summary>
    public static void Withdraw(TimerNode node) => Volatile.Write(ref node.Place, 0);

    /// <summary>Whether much more memory is in use than is needed.</summary>
    public bool IsSparse => _slots.Capacity > KeptCapacity && Volatile.Read(ref Count) < _slots.Capacity / 8;

    /// <summary>Takes in a node that is not held.</summary>
    /// <param name="node">The node.</param>
    /// <param name="due">When it is due.</param>
    /// <param name="slack">By how much it may be late.</param>
    /// <param name="turn">The loop's turn.</param>
    public void Add(TimerNode node, long due, TimerSlack slack, int turn)
    {
        node.Slack = slack;
        node.TurnAdded = (ushort)turn;
        Place(node, due, slack);
        Count++;
    }

    /// <summary>Takes out a node that is held.</summary>
    public void Remove(TimerNode node)
    {
        int place = node.Place, slot = _slots.Remove(place);
        Volatile.Write(ref node.Place, 0);
        Count--;
        if (slot == Present)
        {
            if (++_left > _present.Count / 2 + 32)
                Sweep();
        }
        else if (_slots.Release(place))
        {
            _occupied[slot / 64] &= ~(1UL << slot);
        }
    }

    /// <summary>Moves on to a moment: empties the next slot that begins by then, into finer ones or the heap.</summary>
    /// <returns><see langword="false"/> when there is none.</returns>
    public bool Advance(long now)
    {
        long target = now >> TickBits;
        if (!TryFindFirst(out int slot, out long start) || start > target)
        {
            _tick = Math.Max(_tick, target);
            return false;
        }

        _tick = start;
        _occupied[slot / 64] &= ~(1UL << slot);
        Move(_slots, slot);
        return true;
    }

    /// <summary>Takes the first timer that is due.</summary>
    /// <param name="now">Until when.</param>
    /// <param name="turn">What was added in this turn is laid aside; -1 for none.</param>
    /// <param name="node">The timer.</param>
    public bool TryTake(long now, int turn, [NotNullWhen(true)] out TimerNode? node)
    {
        // Slot by slot: what is late stays in the slots, so that the heap stays small however far behind the loop is.
        do
        {
            while (_present.Count > 0 && _present.First.Due <= now)
            {
                DueHeap.Item item = _present.RemoveFirst();
                node = _slots.NodeAt(item.Place);
                if (node is not null && turn >= 0 && node.TurnAdded == (ushort)turn)
                {
                    _young.Add(item);
                    continue;
                }

                _slots.Remove(item.Place);
                _slots.Release(item.Place);
                if (node is null)
                    continue;
                Volatile.Write(ref node.Place, Taken);
                Count--;
                return true;
            }
        }
        while (Advance(now));

        node = null;
        return false;
    }

    /// <summary>After a turn's timers: takes back what was too young, and counts when to ring.</summary>
    /// <returns>No later than the first moment at which a timer must have been served.</returns>
    public long Settle(long now)
    {
        foreach (DueHeap.Item item in _young)
            _present.Add(item);
        _young.Clear();
        if (_young.Capacity > KeptCapacity)
            _young.Capacity = 0;
        while (_present.Count > 0 && _slots.NodeAt(_present.First.Place) is null)
            _slots.Release(_present.RemoveFirst().Place);
        long latest = Never;
        if (_present.Count == 0)
        {
            _present.Clear();
            _left = 0;
        }
        else if (_present.First.Due <= now)
        {
            // What is due already is for the next turn.
            return _present.First.Due;
        }

        foreach (DueHeap.Item item in _present.Items)
        {
            if (_slots.NodeAt(item.Place) is { } node)
                latest = Math.Min(latest, node.Slack.After(item.Due));
        }

        return Count == 0 ? Never : LatestOfSlots(latest);
    }

    /// <summary>Takes any, in the order of due times where that is simple: for the end.</summary>
    public bool TryTakeAny([NotNullWhen(true)] out TimerNode? node) => TryTake(Never, -1, out node);

    /// <summary>Gives back memory that is not needed.</summary>
    public void Compact()
    {
        TimerSlots former = _slots;
        _slots = new TimerSlots(Present + 1, Math.Max(Count / TimerSlots.BlockSize, LeastBlocks));
        for (int level = 0; level < Levels; level++)
        {
            for (int slot = NextOccupied(level, 0); slot >= 0; slot = NextOccupied(level, (slot & (Slots - 1)) + 1))
                Move(former, slot);
        }

        Sweep(former);
    }

    private void Place(TimerNode node, long due, TimerSlack slack)
    {
        long tick = due >> TickBits;
        if (tick <= _tick)
        {
            _present.Add(due, _slots.Append(Present, node, due, slack, out _));
            // Those of a slot come here in a row, and are fired one by one.
            if (ProcessorCache.CanPrefetch)
                node.PrefetchContinuation();
        }
        else
        {
            int level = BitOperations.Log2((ulong)(tick ^ _tick)) / DigitBits;
            int slot = level * Slots + ((int)(tick >> (level * DigitBits)) & (Slots - 1));
            _slots.Append(slot, node, due, slack, out bool first);
            if (first)
                _occupied[slot / 64] |= 1UL << slot;
        }
    }

    /// <summary>Places the timers of a slot anew.</summary>
    private void Move(TimerSlots from, int slot)
    {
        for (int block = from.Detach(slot, out TimerSlack? slack); block != 0; block = from.Free(block))
        {
            // They are spread over memory: all are fetched at the same time, for to wait for each would take longer than all the rest.
            ReadOnlySpan<TimerSlots.Entry> entries = from.EntriesOf(block);
            foreach (ref readonly TimerSlots.Entry entry in entries)
            {
                if (ProcessorCache.CanPrefetch && entry.Node is { } node)
                    ProcessorCache.PrefetchHead(node);
            }

            foreach (ref readonly TimerSlots.Entry entry in entries)
            {
                if (entry.Node is { } node)
                    Place(node, entry.Due, slack ?? node.Slack);
            }
        }
    }

    /// <summary>Rids the present of places without a timer.</summary>
    private void Sweep(TimerSlots? from = null)
    {
        _present.Clear();
        _young.Clear();
        _left = 0;
        Move(from ?? _slots, Present);
    }

    private bool TryFindFirst(out int slot, out long start)
    {
        for (int level = 0; level < Levels; level++)
        {
            slot = NextOccupied(level, 0);
            if (slot >= 0)
            {
                start = StartOf(level, slot);
                return true;
            }
        }

        slot = -1;
        start = Never;
        return false;
    }

    private long LatestOfSlots(long latest)
    {
        for (int level = 0; level < Levels; level++)
        {
            for (int slot = NextOccupied(level, 0); slot >= 0; slot = NextOccupied(level, (slot & (Slots - 1)) + 1))
            {
                if (StartOf(level, slot) << TickBits >= latest)
                    return latest;
                latest = Math.Min(latest, _slots.LatestOf(slot));
            }
        }

        return latest;
    }

    /// <summary>The tick with which a slot begins.</summary>
    private long StartOf(int level, int slot) =>
        (_tick >> ((level + 1) * DigitBits) << DigitBits | (uint)(slot & (Slots - 1))) << (level * DigitBits);

    /// <summary>The first slot of a level that has timers, from a digit on; -1 for none.</summary>
    private int NextOccupied(int level, int digit)
    {
        for (int slot = level * Slots + digit; slot < (level + 1) * Slots; slot = (slot | 63) + 1)
        {
            ulong bits = _occupied[slot / 64] >> slot;
            if (bits != 0)
                return slot + BitOperations.TrailingZeroCount(bits);
        }

        return -1;
    }
}
