namespace LinuxEvents;

/// <summary>The timers in the slots of a wheel, for each slot in the order of their adding.</summary>
/// <remarks>
/// A slot is a chain of blocks, and a block a part of one array that fills from its front; it leaves the chain when all of its timers are taken out. That is better than timers
/// that are linked to each other: a slot is read in a row; a timer that is taken out leaves its neighbours alone; and the garbage collector has to be told of one
/// reference a timer.
/// </remarks>
/// <param name="slots">How many slots there are.</param>
/// <param name="blocks">How many blocks to begin with.</param>
internal sealed class TimerSlots(int slots, int blocks)
{
    /// <summary>Blocks of so many timers.</summary>
    public const int BlockSize = 16;

    private Slot[] _slots = [];
    private Block[] _blocks = [];
    private Entry[] _entries = [];
    private int _free;

    public struct Entry
    {
        public TimerNode? Node;
        public long Due;
    }

    private struct Slot
    {
        /// <summary>The first block.</summary>
        public int First;

        /// <summary>The place after the last one.</summary>
        public int End;
        public long Latest;

        /// <summary>What its timers have in common, unless they have not.</summary>
        public TimerSlack Slack;
        public bool HasOthers;
    }

    /// <summary>The first one stands for none.</summary>
    private struct Block
    {
        public int Next;
        public int Previous;
        public short Slot;

        /// <summary>How many places were given back.</summary>
        public short Released;
    }

    /// <summary>For how many timers there is room.</summary>
    public int Capacity => _entries.Length;

    /// <summary>No later than the first moment at which a timer of a slot must have been served.</summary>
    public long LatestOf(int slot) => _slots[slot].Latest;

    /// <summary>The timer at a place, if it is still there.</summary>
    public TimerNode? NodeAt(int place) => _entries[place].Node;

    /// <summary>Appends a timer to a slot, and tells it its place.</summary>
    /// <param name="number">The slot.</param>
    /// <param name="node">The timer.</param>
    /// <param name="due">When it is due.</param>
    /// <param name="slack">The timer's slack, to be told so that it need not be looked for: that is far away in memory.</param>
    /// <param name="first">Whether it is the only one there.</param>
    /// <returns>Its place.</returns>
    public int Append(int number, TimerNode node, long due, TimerSlack slack, out bool first)
    {
        if (number >= _slots.Length)
            _slots = new Slot[slots];
        ref Slot slot = ref _slots[number];
        first = slot.First == 0;
        if (slot.End % BlockSize == 0)
            AppendBlock(number, ref slot);
        long latest = slack.After(due);
        if (first)
        {
            slot.Slack = slack;
            slot.HasOthers = false;
            slot.Latest = latest;
        }
        else
        {
            slot.HasOthers |= slack != slot.Slack;
            slot.Latest = Math.Min(slot.Latest, latest);
        }

        int place = slot.End++;
        node.Place = place;
        ref Entry entry = ref _entries[place];
        entry.Node = node;
        entry.Due = due;
        return place;
    }

    /// <summary>Takes a timer out; its place is kept until it is released.</summary>
    /// <returns>The slot.</returns>
    public int Remove(int place)
    {
        _entries[place].Node = null;
        return _blocks[place / BlockSize].Slot;
    }

    /// <summary>Gives back the place of a timer that was taken out.</summary>
    /// <returns>Whether its slot is empty now.</returns>
    public bool Release(int place)
    {
        int number = place / BlockSize;
        ref Block block = ref _blocks[number];
        ref Slot slot = ref _slots[block.Slot];
        // All of it, or of what is in use of the last one.
        if (++block.Released != BlockSize && block.Released != slot.End - number * BlockSize)
            return false;
        (block.Previous == 0 ? ref slot.First : ref _blocks[block.Previous].Next) = block.Next;
        if (block.Next == 0)
            slot.End = (block.Previous + 1) * BlockSize;
        else
            _blocks[block.Next].Previous = block.Previous;
        Free(number);
        return slot.First == 0;
    }

    /// <summary>Empties a slot.</summary>
    /// <param name="number">The slot.</param>
    /// <param name="slack">The slack of all of its timers, if they have one in common.</param>
    /// <returns>The first of its blocks, each of which must be freed; 0 for none.</returns>
    public int Detach(int number, out TimerSlack? slack)
    {
        ref Slot slot = ref _slots[number];
        slack = slot.HasOthers ? null : slot.Slack;
        int first = slot.First;
        slot.First = slot.End = 0;
        return first;
    }

    /// <summary>What a block of an emptied slot holds, as it was at the time of the call.</summary>
    public ReadOnlySpan<Entry> EntriesOf(int block) => _entries.AsSpan(block * BlockSize, BlockSize);

    /// <summary>Gives back a block.</summary>
    /// <returns>The one that followed it.</returns>
    public int Free(int block)
    {
        int next = _blocks[block].Next;
        Array.Clear(_entries, block * BlockSize, BlockSize);
        _blocks[block].Next = _free;
        _free = block;
        return next;
    }

    private void AppendBlock(int number, ref Slot slot)
    {
        if (_free == 0)
            Grow();
        int added = _free, last = slot.First == 0 ? 0 : slot.End / BlockSize - 1;
        _free = _blocks[added].Next;
        _blocks[added] = new Block { Previous = last, Slot = (short)number };
        (last == 0 ? ref slot.First : ref _blocks[last].Next) = added;
        slot.End = added * BlockSize;
    }

    private void Grow()
    {
        int count = Math.Max(_blocks.Length, 1), grown = Math.Max(blocks, count + count / 2);
        Array.Resize(ref _entries, grown * BlockSize);
        Array.Resize(ref _blocks, grown);
        // The lowest comes first.
        while (--grown >= count)
            Free(grown);
    }
}
