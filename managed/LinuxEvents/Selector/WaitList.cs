namespace LinuxEvents;

/// <summary>The waits of one registration, in the order of their beginning, and those that are not in use. Under the registration's gate.</summary>
internal struct WaitList
{
    /// <summary>More waits than this at a time came in a burst, and are not kept.</summary>
    private const int PoolCapacity = 16;

    private WaitOperation? _last;
    private WaitOperation? _pool;
    private int _pooled;

    public WaitOperation? First { get; private set; }

    /// <summary>How many there are. May be looked at without the gate.</summary>
    public int Count { get; private set; }

    public WaitOperation Rent(FdRegistration registration)
    {
        if (_pool is not { } operation)
            return new WaitOperation(registration);
        _pool = operation.Next;
        _pooled--;
        return operation;
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
