namespace LinuxEvents;

/// <summary>The waits for one child's end, in the order of their beginning. Under the gate of its watch.</summary>
internal struct ExitWaitList
{
    private ExitWait? _last;

    public ExitWait? First { get; private set; }

    /// <summary>How many there are. May be looked at without the gate.</summary>
    public int Count { get; private set; }

    public void Add(ExitWait wait)
    {
        Count++;
        wait.Waiting = true;
        wait.Previous = _last;
        if (_last is null)
            First = wait;
        else
            _last.Next = wait;
        _last = wait;
    }

    public void Remove(ExitWait wait)
    {
        Count--;
        if (wait.Previous is null)
            First = wait.Next;
        else
            wait.Previous.Next = wait.Next;
        if (wait.Next is null)
            _last = wait.Previous;
        else
            wait.Next.Previous = wait.Previous;
        wait.Next = wait.Previous = null;
        wait.Waiting = false;
    }
}
