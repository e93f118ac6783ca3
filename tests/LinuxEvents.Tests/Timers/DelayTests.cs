using System.Diagnostics;

namespace LinuxEvents.Tests;

/// <summary>Delays on the kernel's clock.</summary>
public sealed class DelayTests : IDisposable
{
    private readonly Selector _selector = new();

    public void Dispose() => _selector.Dispose();

    [Theory] // CHECKLIST 28
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(1000)]
    [InlineData(2500)]
    public void A_delay_is_never_early(int microseconds)
    {
        var span = TimeSpan.FromMicroseconds(microseconds);
        _selector.RunUntilComplete(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                long start = Stopwatch.GetTimestamp();
                await _selector.DelayAsync(span);
                Assert.True(Stopwatch.GetElapsedTime(start) >= span);
            }
        });
    }

    [Fact]
    public void A_delay_armed_from_another_thread_wakes_a_sleeping_loop()
    {
        using Selector selector = Selector.Start();
        for (int i = 0; i < 200; i++)
            selector.DelayAsync(TimeSpan.FromMicroseconds(100)).AsTask().Wait(TestContext.Current.CancellationToken);
        Assert.Equal(0, selector.WakeUps);
    }

    [Fact]
    public void An_idle_loop_sleeps_and_a_sleeping_loop_makes_no_turns()
    {
        using Selector selector = Selector.Start();
        long turn = selector.InvokeAsync(() => Task.FromResult(selector.Turn)).Result;
        Thread.SpinWait(1_000_000);
        long later = selector.InvokeAsync(() => Task.FromResult(selector.Turn)).Result;
        Assert.InRange(later - turn, 1, 3);
    }

    [Fact] // CHECKLIST 34
    public void A_negative_delay_is_refused_and_a_huge_one_does_not_fire()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = _selector.DelayAsync(TimeSpan.FromTicks(-1)); });
        using var cancellation = new CancellationTokenSource();
        Task huge = _selector.DelayAsync(TimeSpan.MaxValue, cancellation.Token).AsTask();
        Task forever = _selector.DelayAsync(Timeout.InfiniteTimeSpan, cancellation.Token).AsTask();
        Assert.False(_selector.RunOnce(TimeSpan.FromMilliseconds(1)));
        cancellation.Cancel();
        Assert.Throws<AggregateException>(() => Task.WaitAll([huge, forever], CancellationToken.None));
        Assert.Equal(0, _selector.Timers.Count);
    }

    [Fact]
    public void A_cancelled_delay_says_by_whom()
    {
        using var cancellation = new CancellationTokenSource();
        _selector.RunUntilComplete(async () =>
        {
            Task delay = _selector.DelayAsync(TimeSpan.FromHours(1), cancellation.Token).AsTask();
            cancellation.Cancel();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delay);
            Assert.Equal(cancellation.Token, error.CancellationToken);
        });
        Assert.True(_selector.DelayAsync(TimeSpan.Zero, cancellation.Token).IsCanceled);
    }
}
