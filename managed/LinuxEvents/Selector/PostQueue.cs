namespace LinuxEvents;

/// <summary>What other threads, and the loop itself, give the loop to do; and the one decision whether it must be woken for it.</summary>
/// <remarks>
/// The race is between the loop that is about to sleep and a thread that adds something: if the loop looked before the
/// addition and the thread before the sleep, nobody would wake the loop. Both therefore look and write under one
/// gate: the loop declares itself asleep only if nothing is queued (<see cref="TrySleep"/>), and whoever then finds it
/// asleep takes that mark away and writes to the eventfd: one write for a sleep, however many add. The loop
/// takes the mark away without the gate when it wakes by itself (<see cref="Awake"/>): if a thread has just taken it,
/// the loop finds an edge too many, and a thread that comes later finds it awake, which is true until it passes the gate
/// again. Stop requests go the same way, so that one made before the loop runs is honoured. An interruption (look again
/// at what you wait for: a task has completed, the selector closes) that finds the loop awake leaves a mark, because the loop may have looked
/// already: the mark keeps it from its next sleep.
/// </remarks>
internal sealed class PostQueue
{
    /// <summary>Arrays larger than this were needed for a burst, and are not kept.</summary>
    private const int KeptLength = 4096;

    private SpinGate _gate;
    private PostedCall[] _incoming = new PostedCall[16];
    private PostedCall[] _batch = new PostedCall[16];
    private int _count;
    private int _batchCount;
    private int _batchIndex;
    private bool _sleeping;
    private bool _stop;
    private bool _interrupted;
    private bool _closed;

    /// <summary>How many calls have not been taken; another thread sees them a little earlier or later.</summary>
    public int Count => Volatile.Read(ref _count) + Math.Max(0, Volatile.Read(ref _batchCount) - Volatile.Read(ref _batchIndex));

    /// <summary>Whether a batch has been begun and not been finished. The loop's thread only.</summary>
    public bool InBatch => _batchIndex < _batchCount;

    /// <summary>Queues a call.</summary>
    /// <param name="call">What to do.</param>
    /// <param name="wake">Whether the caller must wake the loop.</param>
    /// <returns><see langword="false"/> when the queue is closed.</returns>
    public bool TryAdd(in PostedCall call, out bool wake)
    {
        _gate.Enter();
        try
        {
            wake = false;
            if (_closed)
                return false;
            if (_count == _incoming.Length)
                Array.Resize(ref _incoming, _count * 2);
            _incoming[_count++] = call;
            wake = _sleeping;
            _sleeping = false;
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Asks for the loop's attention, and to stop if so said.</summary>
    /// <returns>Whether the caller must wake the loop.</returns>
    public bool Interrupt(bool stop)
    {
        _gate.Enter();
        _stop |= stop;
        bool wake = _sleeping;
        _sleeping = false;
        _interrupted |= !wake;
        _gate.Exit();
        return wake;
    }

    /// <summary>The loop wants to sleep.</summary>
    /// <returns><see langword="false"/> when there is something to do instead.</returns>
    public bool TrySleep()
    {
        _gate.Enter();
        bool sleep = _sleeping = _count == 0 && _batchIndex == _batchCount && !_stop && !_interrupted;
        _interrupted = false;
        _gate.Exit();
        return sleep;
    }

    /// <summary>The loop is awake.</summary>
    public void Awake() => Volatile.Write(ref _sleeping, false);

    /// <summary>Takes back a request to stop.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryConsumeStop()
    {
        if (!Volatile.Read(ref _stop))
            return false;
        _gate.Enter();
        _stop = false;
        _gate.Exit();
        return true;
    }

    /// <summary>Begins what was queued so far, or goes on with it after an exception; what is added meanwhile is for the next turn.</summary>
    /// <returns>Whether there is anything.</returns>
    public bool BeginBatch() => InBatch || TakeBatch();

    /// <summary>Takes the next call of the batch.</summary>
    public bool TryTake(out PostedCall call)
    {
        call = default;
        if (_batchIndex == _batchCount)
            return false;
        call = _batch[_batchIndex];
        _batch[_batchIndex++] = default;
        return true;
    }

    /// <summary>Refuses further calls, if none is queued.</summary>
    /// <param name="force">Refuses them in any case, and leaves those that are queued to the thread pool.</param>
    /// <returns><see langword="false"/> when something is queued: run it and ask again.</returns>
    public bool TryClose(bool force)
    {
        _gate.Enter();
        _closed = force || (_count == 0 && _batchIndex == _batchCount);
        _gate.Exit();
        while (force && BeginBatch())
        {
            while (TryTake(out PostedCall call))
                ThreadPool.UnsafeQueueUserWorkItem(static call => call.Invoke(), call, preferLocal: false);
        }

        return _closed;
    }

    private bool TakeBatch()
    {
        if (Volatile.Read(ref _count) == 0)
            return false;
        PostedCall[] empty = _batch.Length <= KeptLength ? _batch : new PostedCall[16];
        _gate.Enter();
        _batch = _incoming;
        _batchCount = _count;
        _batchIndex = 0;
        _incoming = empty;
        _count = 0;
        _gate.Exit();
        return true;
    }
}
