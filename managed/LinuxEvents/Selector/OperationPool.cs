namespace LinuxEvents;

/// <summary>Operations of one loop that are not in use.</summary>
internal sealed class OperationPool<T>
    where T : class
{
    /// <summary>Enough for what comes and goes; more than that came in a burst, and its memory goes back.</summary>
    private const int Capacity = 256;

    private SpinGate _gate;
    private T?[] _idle = new T?[4];
    private int _count;

    /// <summary>Takes one, or gives <see langword="null"/>: make one.</summary>
    public T? TryRent()
    {
        T? operation = null;
        // Many at once are all made new, and need not come one by one for that.
        if (Volatile.Read(ref _count) == 0)
            return operation;
        _gate.Enter();
        if (_count > 0)
        {
            operation = _idle[--_count];
            _idle[_count] = null;
        }

        _gate.Exit();
        return operation;
    }

    public void Return(T operation)
    {
        _gate.Enter();
        try
        {
            if (_count == _idle.Length && _count < Capacity)
                Array.Resize(ref _idle, _count * 4);
            if (_count < _idle.Length)
                _idle[_count++] = operation;
        }
        finally
        {
            _gate.Exit();
        }
    }
}
