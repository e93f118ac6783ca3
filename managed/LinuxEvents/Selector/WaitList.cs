namespace LinuxEvents;

/// <summary>The waits of one registration, in the order of their beginning, and those that are not in use. Under the registration's gate.</summary>
internal struct WaitList
{
    /// <summary>More waits than this at a time came in a burst, and are not kept.</summary>
    private const int PoolCapacity = 16;

    private WaitOperation? _last;
    private WaitOperation? _spare;
    private WaitOperation? _pool;
    private int _pooled;

    public WaitOperation? First { get; private set; }

    /// <summary>How many there are. May be looked at without the gate.</summary>
    public int Count { get; private set; }

    public WaitOperation Rent(FdRegistration registration)
    {
        if (Volatile.Read(ref _spare) is { } spare)
        {
            _spare = null;
            return spare;
        }

        if (_pool is not { } operation)
            return new WaitOperation(registration);
        _pool = operation.Next;
        _pooled--;
        return operation;
    }

    /// <summary>
    /// Returns one without the gate. Only for the loop's thread: there is never another who sets it, and who empties it, under the gate, has
    /// taken what is there.
    /// </summary>
    /// <returns><see langword="false"/> when there is one already.</returns>
    public bool TryReturnOnLoop(WaitOperation operation)
    {
        if (Volatile.Read(ref _spare) is not null)
            return false;
        Volatile.Write(ref _spare, operation);
        return true;
    }

    public void Return(WaitOperation operation)
    {
        if (_pooled == PoolCapacity)
            return;
        operation.Next = _pool;
        _pool = operation;
        _pooled++;
    }

    public void Add(WaitOperation operation)
    {
        Count++;
        operation.Waiting = true;
        operation.Next = null;
        operation.Previous = _last;
        if (_last is null)
            First = operation;
        else
            _last.Next = operation;
        _last = operation;
    }

    public void Remove(WaitOperation operation)
    {
        Count--;
        if (operation.Previous is null)
            First = operation.Next;
        else
            operation.Previous.Next = operation.Next;
        if (operation.Next is null)
            _last = operation.Previous;
        else
            operation.Next.Previous = operation.Previous;
        operation.Next = operation.Previous = null;
        operation.Waiting = false;
    }
}
