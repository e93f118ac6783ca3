namespace LinuxEvents;

/// <summary>
/// A lock that its owner, the thread of a loop, passes without an interlocked operation as long as nobody else wants it. That matters where
/// what is guarded is spread over much memory: an interlocked operation waits for all stores before it to have reached their cache lines.
/// </summary>
/// <remarks>
/// <para>The owner says that it is inside and then looks whether the gate is shared; another thread says that it is shared and then looks whether the owner is
/// inside. The race: a processor may put a load before a store, so both could find nothing. An interlocked operation on both sides would forbid
/// it; here the others alone pay, with a barrier that reaches all processors of the process. After that either the owner's mark is to be seen, and one
/// waits for it to go, or the owner sees that the gate is shared and takes the inner gate like everybody else.</para>
/// <para>When the owner has come so often without meeting a trace of others, it takes the gate for itself again; it does so holding the inner gate, under which others
/// look. The owner may change from thread to thread with the drive of a loop, which brings the memory along.</para>
/// </remarks>
internal struct OwnerGate
{
    private const int Calm = 1024;

    private SpinGate _gate;
    private int _inside;
    private int _shared;
    private int _visits;
    private int _seen;
    private int _calm;

    /// <summary>Enters.</summary>
    /// <param name="owner">The caller is the owner: the thread that runs the loop.</param>
    public void Enter(bool owner)
    {
        if (owner)
        {
            Volatile.Write(ref _inside, 1);
            if (Volatile.Read(ref _shared) != 0)
                EnterShared();
        }
        else
        {
            EnterAsOther();
        }
    }

    /// <summary>Leaves.</summary>
    /// <param name="owner">What was said when entering.</param>
    public void Exit(bool owner)
    {
        if (owner && _inside != 0)
            Volatile.Write(ref _inside, 0);
        else
            _gate.Exit();
    }

    private void EnterShared()
    {
        Volatile.Write(ref _inside, 0);
        _gate.Enter();
        if (_seen != _visits)
        {
            _seen = _visits;
            _calm = 0;
        }
        else if (++_calm == Calm)
        {
            _calm = 0;
            Volatile.Write(ref _shared, 0);
        }
    }

    private void EnterAsOther()
    {
        _gate.Enter();
        _visits++;
        if (_shared != 0)
            return;
        Volatile.Write(ref _shared, 1);
        Interlocked.MemoryBarrierProcessWide();
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _inside) != 0)
            spinner.SpinOnce();
    }
}
