namespace LinuxEvents;

/// <summary>Lets one writer at a time write, in the order of their coming: two interlocked instructions where nobody else writes.</summary>
/// <remarks>
/// <para><see cref="_present"/> counts who writes and who stands in line. Who comes to an empty line writes; who leaves others behind hands the line
/// over through the semaphore, which is worth one entry from then on. It is never free in between, so nobody pushes in.</para>
/// <para>Who gives up standing in line may be just the one for whom an entry was left. So it goes only while somebody else is present, who
/// will take that entry or hand over another; left alone, it takes the entry, which is there or about to be, and leaves as a writer does.</para>
/// </remarks>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing.
internal sealed class WriterLine
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _handOver = new(0);
    private int _present;

    /// <summary>Enters when nobody is there. Otherwise the caller stands in line and has to call a wait.</summary>
    public bool TryEnter() => Interlocked.Increment(ref _present) == 1;

    /// <summary>Stands in line, blocking.</summary>
    /// <returns><see langword="false"/> when it gave up.</returns>
    public bool Wait(int milliseconds)
    {
        bool entered = false;
        try
        {
            return entered = _handOver.Wait(milliseconds);
        }
        finally
        {
            if (!entered)
                GiveUp();
        }
    }

    /// <summary>Stands in line.</summary>
    /// <exception cref="OperationCanceledException">It gave up.</exception>
    public Task WaitAsync(CancellationToken token)
    {
        Task entry = _handOver.WaitAsync(token);
        return token.CanBeCanceled && !entry.IsCompletedSuccessfully ? EnterAsync(entry) : entry;
    }

    /// <summary>Lets the next one in.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _present) > 0)
            _handOver.Release();
    }

    private async Task EnterAsync(Task entry)
    {
        try
        {
            await entry.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveUp();
            throw;
        }
    }

    private void GiveUp()
    {
        var spinner = default(SpinWait);
        while (true)
        {
            int present = Volatile.Read(ref _present);
            if (present > 1)
            {
                if (Interlocked.CompareExchange(ref _present, present - 1, present) == present)
                    return;
            }
            else if (_handOver.Wait(0))
            {
                Leave();
                return;
            }

            spinner.SpinOnce();
        }
    }
}
