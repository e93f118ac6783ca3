namespace LinuxEvents;

/// <summary>A wait for the first of several registrations: a member in each one's list of waiters, and one decision.</summary>
/// <remarks>
/// <para>Any of these may end it, on any threads and at once: a registration's readiness or disposal, the timer, the token, and
/// the one who begins it, to whom a registration may prove ready (or disposed) on the way. One compare-exchange on
/// <see cref="_claim"/> decides. The word holds the version of the use, so that a timer that left the queue in an earlier use claims nothing.</para>
/// <para>A registration claims under its own gate, for a member that is in its list at that moment: as long as one is, the operation is
/// in use, for the members are taken out before it completes. A registration that fails to claim passes the member over as if it
/// were not there: its report goes to the next waiter, stays remembered (edge-triggered), or stays with the kernel (level-triggered, which reports again
/// when somebody arms it). So the losers' readiness is untouched.</para>
/// <para>The winner may claim while the beginner still adds members, which the winner must not miss. So there are two parties, the beginner and
/// the winner; each leaves with a decrement, and who is last takes all members out, gate by gate and holding none, and completes.
/// Timer and token are only set when the beginner has left.</para>
/// </remarks>
internal sealed class WaitAnyOperation(Selector selector) : LoopOperation<WaitAnyResult>(selector)
{
    private const int Claimed = 1 << 16;

    private readonly List<WaitOperation> _members = [];
    private int _claim;
    private int _parties;
    private WaitAnyResult _result;
    private Exception? _error;

    /// <summary>Begins to wait; all targets were checked.</summary>
    public ValueTask<WaitAnyResult> Start(ReadOnlySpan<WaitTarget> targets, long due, bool onLoop, CancellationToken token)
    {
        short version = Begin(onLoop, Selector.Continuations);
        _parties = 2;
        Volatile.Write(ref _claim, (ushort)version);
        for (int i = 0; i < targets.Length && targets[i].Registration.Join(this, i, targets[i].Interest); i++)
        {
        }

        if (Interlocked.Decrement(ref _parties) == 0)
        {
            Withdraw();
            CompleteElsewhere(_result, _error);
        }
        else
        {
            if (due != long.MaxValue)
                Selector.Timers.TryAdd(this, due, onLoop);
            CancelWith(token);
        }

        return new ValueTask<WaitAnyResult>(this, version);
    }

    /// <summary>Takes in a member. By the beginner, under the gate of the member's registration.</summary>
    public void Add(WaitOperation member) => _members.Add(member);

    /// <summary>Decides for a registration, under whose gate this is called. Who gets <see langword="true"/> calls <see cref="Settle"/>, outside it.</summary>
    public bool TryClaim(int index, FdRegistration registration, PollEvents events, Exception? error = null)
    {
        if (!TryClaim(Version))
            return false;
        _result = new WaitAnyResult(index, registration, events);
        _error = error;
        return true;
    }

    /// <summary>The winner leaves.</summary>
    public void Settle(bool onLoop)
    {
        if (Interlocked.Decrement(ref _parties) != 0)
            return;
        Withdraw();
        if (onLoop)
            CompleteOnLoop(_result);
        else
            CompleteElsewhere(_result, _error);
    }

    internal override void Fire(short version)
    {
        if (!TryClaim(version))
            return;
        _result = new WaitAnyResult(-1, null, PollEvents.None);
        Settle(onLoop: true);
    }

    internal override void Close()
    {
        // The registrations were closed before, and with them the wait.
    }

    protected override void Cancel()
    {
        if (!TryClaim(Version))
            return;
        Interlocked.Decrement(ref _parties);
        Withdraw();
        CompleteAsCanceled();
    }

    protected override void Recycle()
    {
        _result = default;
        _error = null;
        Selector.WaitAnyOperations.Return(this);
    }

    private bool TryClaim(short version)
    {
        int open = (ushort)version;
        return Volatile.Read(ref _claim) == open && Interlocked.CompareExchange(ref _claim, open | Claimed, open) == open;
    }

    private void Withdraw()
    {
        foreach (WaitOperation member in _members)
            member.Leave();
        _members.Clear();
    }
}
