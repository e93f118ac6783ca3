namespace LinuxEvents;

/// <summary>Delays of one loop that are not in use.</summary>
internal sealed class DelayPool(Selector selector)
{
    /// <summary>Enough for what comes and goes; more than that came in a burst, and its memory goes back.</summary>
    private const int Capacity = 256;

    private SpinGate _gate;
    private DelayOperation? _first;
    private int _count;

    public DelayOperation Rent()
    {
        _gate.Enter();
        DelayOperation? operation = _first;
        if (operation is not null)
        {
            _first = operation.Next;
            _count--;
        }

        _gate.Exit();
        if (operation is null)
            return new DelayOperation(selector);
        operation.Next = null;
        return operation;
    }

    public void Return(DelayOperation operation)
    {
        _gate.Enter();
        if (_count < Capacity)
        {
            operation.Next = _first;
            _first = operation;
            _count++;
        }

        _gate.Exit();
    }
}
