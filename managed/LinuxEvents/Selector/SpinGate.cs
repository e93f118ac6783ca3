namespace LinuxEvents;

/// <summary>
/// A lock of four bytes for sections of a few instructions and at most one system call that does not block: half
/// the cost of a monitor where nobody else wants it, which is nearly always. Not re-entrant; no user code runs inside.
/// </summary>
internal struct SpinGate
{
    private int _held;

    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _held, 1, 0) != 0)
            Wait();
    }

    public void Exit() => Volatile.Write(ref _held, 0);

    private void Wait()
    {
        var spinner = default(SpinWait);
        do
            spinner.SpinOnce();
        while (Volatile.Read(ref _held) != 0 || Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }
}
