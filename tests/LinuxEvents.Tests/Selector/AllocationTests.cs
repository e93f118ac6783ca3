namespace LinuxEvents.Tests;

/// <summary>The steady state allocates nothing.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Waits_delays_posts_and_timeouts_allocate_nothing()
    {
        using var selector = new Selector();
        using TestCounter counter = new(), other = new();
        using FdRegistration registration = selector.Register(counter.Handle);
        using FdRegistration edge = selector.Register(other.Handle, new RegistrationOptions { EdgeTriggered = true });
        using var cancellation = new CancellationTokenSource();
        selector.RunUntilComplete(async () =>
        {
            async Task Rounds(int count)
            {
                for (int i = 0; i < count; i++)
                {
                    counter.Add();
                    await registration.WaitAsync(PollEvents.Read);
                    counter.Take();
                    counter.Add();
                    await registration.WaitAsync(PollEvents.Read, TimeSpan.FromHours(1), cancellation.Token);
                    counter.Take();
                    await registration.WaitAsync(PollEvents.Read, TimeSpan.Zero);
                    await edge.WaitAsync(PollEvents.Write);
                    await selector.DelayAsync(TimeSpan.Zero, cancellation.Token);
                    selector.Post(static _ => { }, null);
                    await Task.Yield();
                }
            }

            await Rounds(500);
            long before = GC.GetAllocatedBytesForCurrentThread();
            await Rounds(1000);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // The state machine of Rounds itself, once.
            Assert.InRange(allocated, 0, 1000);
        });
    }
}
