namespace LinuxEvents.Tests;

/// <summary>Waits for the first of several registrations.</summary>
public sealed class WaitAnyTests : IDisposable
{
    private readonly Selector _selector = new();
    private readonly TestPipe[] _pipes = [new(), new(), new()];
    private readonly FdRegistration[] _readings;

    public WaitAnyTests() => _readings = [.. _pipes.Select((pipe, i) =>
        _selector.Register(pipe.ReadEnd, new RegistrationOptions { Trigger = (TriggerMode)i }))];

    public void Dispose()
    {
        _selector.Dispose();
        Array.ForEach(_pipes, pipe => pipe.Dispose());
    }

    private ValueTask<WaitAnyResult> WaitAny(TimeSpan timeout, CancellationToken token = default) =>
        _selector.WaitAnyAsync([.. _readings.Select(reading => new WaitTarget(reading, PollEvents.Read))], timeout, token);

    private ValueTask<WaitAnyResult> WaitAny() => WaitAny(Timeout.InfiniteTimeSpan);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_one_that_is_ready_ends_it(int ready)
    {
        _selector.RunUntilComplete(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                ValueTask<WaitAnyResult> waiting = WaitAny();
                Assert.False(waiting.IsCompleted);
                _pipes[ready].Write();
                Assert.Equal(new WaitAnyResult(ready, _readings[ready], PollEvents.Read), await waiting);
                Assert.All(_readings, reading => Assert.False(reading.HasWaits));
                Assert.Equal(1, _pipes[ready].Read());
                _readings[ready].MarkDrained(PollEvents.Read, _readings[ready].Sequence);
            }
        });
    }

    [Fact]
    public void Of_several_that_are_ready_one_ends_it_and_the_others_stay_ready()
    {
        _selector.RunUntilComplete(async () =>
        {
            ValueTask<WaitAnyResult> waiting = WaitAny();
            Array.ForEach(_pipes, pipe => pipe.Write());
            var seen = new HashSet<int> { (await waiting).Index };
            while (seen.Count < 3)
            {
                foreach (int done in seen.Where(i => _pipes[i].Read() == 1))
                    _readings[done].MarkDrained(PollEvents.Read, _readings[done].Sequence);
                Assert.True(seen.Add((await WaitAny()).Index));
            }
        });
    }

    [Fact]
    public void A_report_that_comes_too_late_goes_to_the_next_waiter()
    {
        _selector.RunUntilComplete(async () =>
        {
            ValueTask<WaitAnyResult> any = WaitAny();
            Task<PollEvents>[] waits = [.. _readings.Select(reading => reading.WaitAsync(PollEvents.Read).AsTask())];
            Array.ForEach(_pipes, pipe => pipe.Write());
            await any;
            Assert.All(await Task.WhenAll(waits), events => Assert.Equal(PollEvents.Read, events));
        });
    }

    [Fact]
    public void What_is_remembered_or_always_ready_ends_it_at_once()
    {
        _pipes[1].Write();
        _selector.RunUntilComplete(async () =>
        {
            Assert.Equal(1, (await WaitAny()).Index);
            ValueTask<WaitAnyResult> again = WaitAny();
            Assert.True(again.IsCompletedSuccessfully);
            Assert.Equal(1, again.Result.Index);
            Assert.All(_readings, reading => Assert.False(reading.HasWaits));
        });
    }

    [Fact]
    public void A_timeout_a_token_and_a_disposal_end_it_and_leave_nothing()
    {
        _selector.RunUntilComplete(async () =>
        {
            Assert.Equal(new WaitAnyResult(-1, null, PollEvents.None), await WaitAny(TimeSpan.Zero));
            Assert.Equal(-1, (await WaitAny(TimeSpan.FromMilliseconds(1))).Index);

            using var cancellation = new CancellationTokenSource();
            Task cancelled = WaitAny(TimeSpan.FromHours(1), cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.Equal(cancellation.Token, error.CancellationToken);
            Assert.True(WaitAny(Timeout.InfiniteTimeSpan, cancellation.Token).IsCanceled);
            Assert.All(_readings, reading => Assert.False(reading.HasWaits));
            Assert.Equal(0, _selector.Timers.Count);

            Task ended = WaitAny(TimeSpan.FromHours(1)).AsTask();
            _readings[2].Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => ended);
            Assert.All(_readings, reading => Assert.False(reading.HasWaits));
            Assert.Equal(0, _selector.Timers.Count);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => WaitAny().AsTask());
            Assert.All(_readings, reading => Assert.False(reading.HasWaits));
        });
    }

    [Fact]
    public void The_selectors_end_ends_it()
    {
        Task ended = WaitAny(TimeSpan.FromHours(1)).AsTask();
        _selector.Dispose();
        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => ended.Wait(CancellationToken.None)).InnerException);
    }

    [Fact]
    public void Two_directions_of_one_registration_are_two_targets()
    {
        using var sockets = new TestSocketPair();
        using FdRegistration both = _selector.Register(sockets.Left);
        WaitAnyResult result = _selector.RunUntilComplete(() =>
            _selector.WaitAnyAsync([new(both, PollEvents.Read), new(both, PollEvents.Write)], Timeout.InfiniteTimeSpan).AsTask());
        Assert.Equal(new WaitAnyResult(1, both, PollEvents.Write), result);
        Assert.False(both.HasWaits);
    }

    [Fact]
    public void Its_targets_must_be_some_and_of_that_selector()
    {
        Assert.Throws<ArgumentException>(() => { _ = _selector.WaitAnyAsync([], Timeout.InfiniteTimeSpan); });
        Assert.Throws<ArgumentNullException>(() => { _ = _selector.WaitAnyAsync([default], Timeout.InfiniteTimeSpan); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = _selector.WaitAnyAsync([new(_readings[0], 0)], Timeout.InfiniteTimeSpan); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = WaitAny(TimeSpan.FromTicks(-2)); });
        using var other = new Selector();
        using var pipe = new TestPipe();
        using FdRegistration stranger = other.Register(pipe.ReadEnd);
        Assert.Throws<ArgumentException>(() => { _ = _selector.WaitAnyAsync([new(_readings[0], PollEvents.Read), new(stranger, PollEvents.Read)], TimeSpan.Zero); });
        Assert.All(_readings, reading => Assert.False(reading.HasWaits));
    }
}
