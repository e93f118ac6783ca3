namespace LinuxEvents.Tests;

/// <summary>The steady state allocates nothing.</summary>
public sealed class AllocationTests : IDisposable
{
    /// <summary>At most so many bytes: the state machine of the rounds themselves, once.</summary>
    private const long StateMachine = 500;

    private readonly Selector _selector = new();
    private readonly TestCounter _counter = new(1);
    private readonly CancellationTokenSource _cancellation = new();
    private readonly FdRegistration _registration;

    public AllocationTests() => _registration = _selector.Register(_counter.Handle);

    public void Dispose()
    {
        _selector.Dispose();
        _counter.Dispose();
        _cancellation.Dispose();
    }

    [Fact] // CHECKLIST 96
    public void A_wait() => AllocatesNothing(async count =>
    {
        for (int i = 0; i < count; i++)
            await _registration.WaitAsync(PollEvents.Read);
    });

    [Fact]
    public void A_wait_with_timeout_and_token() => AllocatesNothing(async count =>
    {
        for (int i = 0; i < count; i++)
            await _registration.WaitAsync(PollEvents.Read, TimeSpan.FromHours(1), _cancellation.Token);
    });

    [Fact]
    public void A_wait_that_times_out() => AllocatesNothing(async count =>
    {
        _counter.Take();
        for (int i = 0; i < count; i++)
            await _registration.WaitAsync(PollEvents.Read, TimeSpan.FromMicroseconds(1));
    });

    [Fact]
    public void A_wait_for_any() => AllocatesNothing(async count =>
    {
        WaitTarget[] targets = [new(_registration, PollEvents.Priority), new(_registration, PollEvents.Read)];
        for (int i = 0; i < count; i++)
            await _selector.WaitAnyAsync(targets, TimeSpan.FromHours(1), _cancellation.Token);
    });

    [Fact]
    public void A_delay() => AllocatesNothing(async count =>
    {
        for (int i = 0; i < count; i++)
            await _selector.DelayAsync(TimeSpan.Zero, _cancellation.Token);
    });

    [Fact]
    public void A_post() => AllocatesNothing(async count =>
    {
        for (int i = 0; i < count; i++)
        {
            _selector.Post(static _ => { }, null);
            await Task.Yield();
        }
    });

    [Fact]
    public async Task A_wait_begun_on_the_thread_pool()
    {
        using Selector selector = Selector.Start();
        using FdRegistration registration = selector.Register(_counter.Handle);
        for (int i = 0; i < 1000; i++)
            await registration.WaitAsync(PollEvents.Read).ConfigureAwait(true);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        const int Count = 20_000;
        for (int i = 0; i < Count; i++)
            await registration.WaitAsync(PollEvents.Read).ConfigureAwait(true);
        // What other threads allocate meanwhile is not ours, but far less than an object per wait.
        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / Count, 0, 8);
    }

    [Fact]
    public void Nineteen_thousand_idle_registrations_cost_at_most_300_bytes_each()
    {
        const int Count = 19_000;
        using var program = TestProgram.Start();
        if (Descriptors.Limit < Count + 500)
            Assert.Skip($"Only {Descriptors.Limit} descriptors are allowed here.");
        int[] bytes = [.. program.Do($"idle {Count}").Split(' ').Select(int.Parse)];
        Assert.InRange(bytes[0], 24, 300);
        // With a wait that is under way.
        Assert.InRange(bytes[1], bytes[0] + 24, 350);
    }

    [Fact] // CHECKLIST 27
    public void Waits_that_nobody_awaits_leave_nothing_with_their_token_or_timer()
    {
        using var other = new TestCounter(1);
        WeakReference registration = Forget(other);
        _selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(0, _selector.Timers.Count);
        GC.Collect();
        Assert.False(registration.IsAlive);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference Forget(TestCounter counter)
    {
        FdRegistration registration = _selector.Register(counter.Handle);
        for (int i = 0; i < 100; i++)
            _ = registration.WaitAsync(PollEvents.Read, TimeSpan.FromHours(1), _cancellation.Token);
        _selector.RunOnce(TimeSpan.Zero);
        registration.Dispose();
        return new WeakReference(registration);
    }

    private void AllocatesNothing(Func<int, Task> rounds) => _selector.RunUntilComplete(async () =>
    {
        // The steady state is what counts: the runtime may still compile, and grow what it keeps, when the first rounds are over.
        long allocated = long.MaxValue;
        for (int batch = 0; batch < 10 && allocated > StateMachine; batch++)
        {
            if (batch > 0)
                Compiler.Rest();
            long before = GC.GetAllocatedBytesForCurrentThread();
            await rounds(1000);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(allocated, 0, StateMachine);
    });
}
