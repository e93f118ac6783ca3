namespace LinuxEvents;

/// <summary>The waits of one registration, in the order of their beginning, and those that are not in use. Under the registration's gate.</summary>
internal struct WaitList
{
    /// <summary>More waits than this at a time came in a burst, and are not kept.</summary>
    private const int PoolCapacity = 16;

    /// <summary>The last of several; where there is but one, or none, this is <see langword="null"/>: one reference less to be written for each wait.</summary>
    private WaitOperation? _last;

    /// <summary>The first one made, which stays: nearly always it is the only one.</summary>
    private WaitOperation? _own;
    private WaitOperation? _pool;
    private int _pooled;

    public WaitOperation? First { get; private set; }

    /// <summary>How many there are. May be looked at without the gate.</summary>
    public int Count { get; private set; }

    public WaitOperation Rent(FdRegistration registration)
    {
        WaitOperation operation = _own ??= new WaitOperation(registration);
        if (!Volatile.Read(ref operation.Rented))
        {
            operation.Rented = true;
            return operation;
        }

        if (_pool is null)
            return new WaitOperation(registration);
        operation = _pool;
        _pool = operation.Next;
        operation.Next = null;
        _pooled--;
        return operation;
    }

    /// <summary>Takes one back without the gate, which who has it may do: others only look whether it is still rented.</summary>
    /// <returns><see langword="false"/> for another than the first one made.</returns>
    public readonly bool TryReturn(WaitOperation operation)
    {
        if (operation != _own)
            return false;
        Volatile.Write(ref operation.Rented, false);
        return true;
    }

    public void Return(WaitOperation operation)
    {
        if (TryReturn(operation) || _pooled == PoolCapacity)
            return;
        operation.Next = _pool;
        _pool = operation;
        _pooled++;
    }

    public void Add(WaitOperation operation)
    {
        Count++;
        operation.Waiting = true;
        if (First is not { } first)
        {
            First = operation;
            return;
        }

        WaitOperation last = _last ?? first;
        last.Next = operation;
        operation.Previous = last;
        _last = operation;
    }

    public void Remove(WaitOperation operation)
    {
        Count--;
        operation.Waiting = false;
        WaitOperation? previous = operation.Previous, next = operation.Next;
        if (previous is null && next is null)
        {
            First = _last = null;
            return;
        }

        if (previous is null)
            First = next;
        else
            previous.Next = next;
        if (next is null)
            _last = previous;
        else
            next.Previous = previous;
        operation.Next = operation.Previous = null;
    }
}
