namespace LinuxEvents.Tests;

/// <summary>The steady state allocates nothing.</summary>
public sealed class AllocationTests : IDisposable
{
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

    [Fact]
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

    private void AllocatesNothing(Func<int, Task> rounds) => _selector.RunUntilComplete(async () =>
    {
        await rounds(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        await rounds(1000);
        // The state machine of the rounds themselves, once.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500);
    });
}
