using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace LinuxEvents;

/// <summary>
/// Timers by due time: those of the far future in a hierarchy of wheels, those of the present tick in a heap, which
/// has them to the nanosecond. Adding, removing and moving cost the same however many there are; whoever is removed leaves at
/// once and takes its memory along. Not safe for several threads: <see cref="TimerQueue"/> guards it.
/// </summary>
/// <remarks>
/// <para>Time is cut into ticks of 2^16 ns (66 µs), and the wheel stands at one of them. A timer of that tick or an earlier one is in the heap. Any other
/// is in the wheel of the highest of the base-256 digits in which its tick differs from the wheel's, in the slot that this digit
/// names. So a timer's place follows from its due time and from where the wheel stands, and nothing has to be stored: as the wheel
/// moves on, that digit stays the highest that differs until the wheel reaches the slot, which is then emptied into finer ones
/// (<see cref="Advance"/>). Level 0 covers 17 ms, level 1 4.3 s, level 2 18 minutes, level 3 78 hours.</para>
/// <para>Equal due times keep the order of their adding: a slot is a list in that order; it is emptied from its front, and only when that is done can a timer
/// for the same tick be put where its members went. The heap numbers what comes.</para>
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
    private const long Never = long.MaxValue;

    /// <summary>The lowest bits of a node's mark say where it is; the others are the turn in which it was added.</summary>
    public const ushort StateMask = 3, InWheel = 1, InHeap = 2;
    public const int TurnShift = 2;

    private readonly Level?[] _levels = new Level?[Levels];
    private readonly TickHeap _heap = new();
    private long _tick;

    private sealed class Level
    {
        public readonly Slot[] Slots = new Slot[TimerWheel.Slots];
        public readonly ulong[] Occupied = new ulong[TimerWheel.Slots / 64];
    }

    private struct Slot
    {
        public TimerNode? First;
        public TimerNode? Last;
        public long Latest;
    }

    /// <summary>How many timers there are.</summary>
    public int Count;

    /// <summary>Whether it holds the node.</summary>
    public static bool Holds(TimerNode node) => (Volatile.Read(ref node.Mark) & StateMask) != 0;

    /// <summary>The latest moment at which the node may be served.</summary>
    public static long LatestOf(TimerNode node)
    {
        long latest = node.Due + node.Slack * 1000L;
        return latest < node.Due ? Never : latest;
    }

    /// <summary>Takes in a node that is not held.</summary>
    /// <param name="node">The node, with its due time and slack.</param>
    /// <param name="turn">The loop's turn.</param>
    public void Add(TimerNode node, int turn)
    {
        node.Mark = (ushort)(turn << TurnShift);
        Place(node);
        Count++;
    }

    /// <summary>Takes out a node that is held.</summary>
    public void Remove(TimerNode node)
    {
        Count--;
        bool inHeap = (node.Mark & StateMask) == InHeap;
        Volatile.Write(ref node.Mark, 0);
        if (inHeap)
            _heap.OnRemoved();
        else
            Unlink(node);
    }

    /// <summary>Moves on to a moment: empties the next slot that begins by then, into finer ones or the heap.</summary>
    /// <returns><see langword="false"/> when there is none.</returns>
    public bool Advance(long now)
    {
        long target = now >> TickBits;
        if (!TryFindFirst(out int level, out int index, out long start) || start > target)
        {
            _tick = Math.Max(_tick, target);
            return false;
        }

        _tick = start;
        ref Slot slot = ref _levels[level]!.Slots[index];
        TimerNode? node = slot.First;
        slot.First = slot.Last = null;
        _levels[level]!.Occupied[index >> 6] &= ~(1UL << index);
        while (node is not null)
        {
            TimerNode? next = node.NextTimer;
            node.NextTimer = node.PreviousTimer = null;
            node.Mark &= unchecked((ushort)~StateMask);
            Place(node);
            node = next;
        }

        return true;
    }

    /// <summary>Takes the first timer that is due.</summary>
    /// <param name="now">Until when.</param>
    /// <param name="turn">What was added in this turn is passed over; -1 for none.</param>
    /// <param name="node">The timer.</param>
    public bool TryTake(long now, int turn, [NotNullWhen(true)] out TimerNode? node)
    {
        // Slot by slot: what is late stays in the slots, so that the heap stays small however far behind the loop is.
        do
        {
            if (_heap.TryTake(now, turn, out node))
            {
                Count--;
                return true;
            }
        }
        while (Advance(now));

        return false;
    }

    /// <summary>After a turn's timers: gives back what was too young, and counts when to ring.</summary>
    /// <returns>No later than the first moment at which a timer must have been served.</returns>
    public long Settle(long now)
    {
        long latest = _heap.Settle(now);
        // What is due already is for the next turn.
        if (Count == 0 || latest <= now)
            return latest;
        return LatestOfSlots(latest);
    }

    /// <summary>Takes any, in the order of due times where that is simple: for the end.</summary>
    public bool TryTakeAny([NotNullWhen(true)] out TimerNode? node) => TryTake(Never, -1, out node);

    private static int Digit(long tick, int level) => (int)(tick >> (level * DigitBits)) & (Slots - 1);

    private int LevelOf(long tick) => BitOperations.Log2((ulong)(tick ^ _tick)) / DigitBits;

    private void Place(TimerNode node)
    {
        long tick = node.Due >> TickBits;
        if (tick <= _tick)
        {
            node.Mark |= InHeap;
            _heap.Add(node);
            return;
        }

        node.Mark |= InWheel;
        int number = LevelOf(tick), index = Digit(tick, number);
        Level level = _levels[number] ??= new Level();
        ref Slot slot = ref level.Slots[index];
        long latest = LatestOf(node);
        if (slot.Last is { } last)
        {
            last.NextTimer = node;
            node.PreviousTimer = last;
            if (latest < slot.Latest)
                slot.Latest = latest;
        }
        else
        {
            slot.First = node;
            slot.Latest = latest;
            level.Occupied[index >> 6] |= 1UL << index;
        }

        slot.Last = node;
    }

    private void Unlink(TimerNode node)
    {
        TimerNode? next = node.NextTimer, previous = node.PreviousTimer;
        if (next is not null && previous is not null)
        {
            next.PreviousTimer = previous;
            previous.NextTimer = next;
        }
        else
        {
            long tick = node.Due >> TickBits;
            int number = LevelOf(tick), index = Digit(tick, number);
            ref Slot slot = ref _levels[number]!.Slots[index];
            if (next is not null)
                next.PreviousTimer = null;
            else
                slot.Last = previous;
            if (previous is not null)
                previous.NextTimer = null;
            else
                slot.First = next;
            if (slot.First is null)
                _levels[number]!.Occupied[index >> 6] &= ~(1UL << index);
        }

        node.NextTimer = node.PreviousTimer = null;
    }

    private bool TryFindFirst(out int level, out int index, out long start)
    {
        for (level = 0; level < Levels; level++)
        {
            index = _levels[level] is { } found ? NextOccupied(found, 0) : -1;
            if (index >= 0)
            {
                start = StartOf(level, index);
                return true;
            }
        }

        index = -1;
        start = Never;
        return false;
    }

    private long LatestOfSlots(long latest)
    {
        for (int number = 0; number < Levels; number++)
        {
            if (_levels[number] is not { } level)
                continue;
            for (int index = NextOccupied(level, 0); index >= 0; index = NextOccupied(level, index + 1))
            {
                if (StartOf(number, index) << TickBits >= latest)
                    return latest;
                latest = Math.Min(latest, level.Slots[index].Latest);
            }
        }

        return latest;
    }

    /// <summary>The tick with which a slot begins.</summary>
    private long StartOf(int level, int index) => (_tick >> ((level + 1) * DigitBits) << DigitBits | (uint)index) << (level * DigitBits);

    private static int NextOccupied(Level level, int from)
    {
        ulong[] occupied = level.Occupied;
        int word = from >> 6;
        if (word >= occupied.Length)
            return -1;
        ulong bits = occupied[word] & (ulong.MaxValue << from);
        while (bits == 0)
        {
            if (++word == occupied.Length)
                return -1;
            bits = occupied[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }
}
