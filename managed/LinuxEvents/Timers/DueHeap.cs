namespace LinuxEvents;

/// <summary>Places in a wheel by due time; equal ones in the order in which they came. A heap with four children to a node.</summary>
internal sealed class DueHeap
{
    private const int Arity = 4;
    private const int LeastLength = 16, KeptLength = 4096;

    private Item[] _items = new Item[LeastLength];
    private int _count;
    private uint _sequence;

    /// <param name="Due">The due time.</param>
    /// <param name="Order">What comes counts up; the lower half is the place.</param>
    public readonly record struct Item(long Due, ulong Order)
    {
        public int Place => (int)Order;

        public bool IsBefore(in Item other) => Due != other.Due ? Due < other.Due : Order < other.Order;
    }

    public int Count => _count;

    public ReadOnlySpan<Item> Items => _items.AsSpan(0, _count);

    /// <summary>The first one of those that there are.</summary>
    public ref readonly Item First => ref _items[0];

    public void Add(long due, int place) => Add(new Item(due, (ulong)_sequence++ << 32 | (uint)place));

    /// <summary>Takes one back, with its former order.</summary>
    public void Add(in Item item)
    {
        if (_count == _items.Length)
            Array.Resize(ref _items, _count * 2);
        int index = _count++;
        while (index > 0)
        {
            int parent = (index - 1) / Arity;
            if (!item.IsBefore(_items[parent]))
                break;
            _items[index] = _items[parent];
            index = parent;
        }

        _items[index] = item;
    }

    public Item RemoveFirst()
    {
        Item first = _items[0], last = _items[--_count];
        int index = 0;
        while (true)
        {
            int least = index * Arity + 1;
            if (least >= _count)
                break;
            int end = Math.Min(least + Arity, _count);
            for (int child = least + 1; child < end; child++)
            {
                if (_items[child].IsBefore(_items[least]))
                    least = child;
            }

            if (!_items[least].IsBefore(last))
                break;
            _items[index] = _items[least];
            index = least;
        }

        _items[index] = last;
        return first;
    }

    /// <summary>Forgets all, and gives back memory of which there is more than a little.</summary>
    public void Clear()
    {
        _count = 0;
        _sequence = 0;
        if (_items.Length > KeptLength)
            _items = new Item[LeastLength];
    }
}
