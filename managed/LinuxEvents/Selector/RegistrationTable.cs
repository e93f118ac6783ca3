namespace LinuxEvents;

/// <summary>
/// The registrations of one loop, each under a key of slot and generation. The kernel reports keys, never
/// descriptors: numbers are reused, also within one batch of events, and a key never is.
/// </summary>
internal sealed class RegistrationTable
{
    private readonly object _lock = new();
    private IRegistered?[] _slots = new IRegistered?[16];
    private int[] _free = new int[16];
    private int _freeCount;
    private int _used;
    private uint _generation;
    private bool _closed;
    private int _closedUpTo;

    /// <summary>How many registrations there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _used - _freeCount;
        }
    }

    /// <summary>All there are just now.</summary>
    public List<IRegistered> ToList()
    {
        lock (_lock)
            return [.. _slots.OfType<IRegistered>()];
    }

    /// <summary>How many waits are outstanding in all.</summary>
    public int CountWaits()
    {
        int waits = 0;
        lock (_lock)
        {
            foreach (IRegistered? registered in _slots.AsSpan(0, _used))
                waits += registered?.PendingWaits ?? 0;
        }

        return waits;
    }

    /// <summary>Gives a registration its key. From then on the loop finds it.</summary>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public void Add(IRegistered registered)
    {
        lock (_lock)
        {
            if (_closed)
                throw registered.Selector.Ended();
            int slot = _freeCount > 0 ? _free[--_freeCount] : _used++;
            if (slot == _slots.Length)
                Array.Resize(ref _slots, slot * 2);
            // 0xffffffff is left to the loop's own keys.
            if (++_generation == uint.MaxValue)
                _generation = 0;
            registered.Key = (ulong)_generation << 32 | (uint)slot;
            _slots[slot] = registered;
        }
    }

    /// <summary>Forgets a registration and its key.</summary>
    public void Remove(ulong key)
    {
        lock (_lock)
        {
            int slot = (int)(uint)key;
            _slots[slot] = null;
            if (_freeCount == _free.Length)
                Array.Resize(ref _free, _freeCount * 2);
            _free[_freeCount++] = slot;
        }
    }

    /// <summary>Finds the registration that an event is for.</summary>
    /// <returns><see langword="null"/> when it is gone.</returns>
    public IRegistered? Find(ulong key)
    {
        IRegistered?[] slots = Volatile.Read(ref _slots);
        uint slot = (uint)key;
        IRegistered? registered = slot < (uint)slots.Length ? Volatile.Read(ref slots[slot]) : null;
        return registered is not null && registered.Key == key ? registered : null;
    }

    /// <summary>What is in the slot of a key just now, be it another's: only to be prefetched.</summary>
    public IRegistered? Peek(ulong key)
    {
        IRegistered?[] slots = Volatile.Read(ref _slots);
        uint slot = (uint)key;
        return slot < (uint)slots.Length ? slots[slot] : null;
    }

    /// <summary>Takes no more registrations, and gives any one that is still there, for a loop that ends.</summary>
    public IRegistered? CloseAndFind()
    {
        lock (_lock)
        {
            _closed = true;
            while (_closedUpTo < _used && _slots[_closedUpTo] is null)
                _closedUpTo++;
            return _closedUpTo < _used ? _slots[_closedUpTo] : null;
        }
    }
}
