namespace LinuxEvents.Tests;

/// <summary>One-shot registrations: one report for one waiter.</summary>
public sealed class OneShotTests : IDisposable
{
    private readonly Selector _selector = new();
    private readonly TestPipe _pipe = new();
    private readonly FdRegistration _reading;

    public OneShotTests() => _reading = _selector.Register(_pipe.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.OneShot });

    public void Dispose()
    {
        _selector.Dispose();
        _pipe.Dispose();
    }

    [Fact] // CHECKLIST 19
    public void One_report_completes_one_wait_and_the_next_waits_anew()
    {
        _selector.RunUntilComplete(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                _pipe.Write();
                Assert.Equal(PollEvents.Read, await _reading.WaitAsync(PollEvents.Read));
                _pipe.Read();
                Assert.Equal(PollEvents.None, await _reading.WaitAsync(PollEvents.Read, TimeSpan.Zero));
            }
        });
    }

    [Fact]
    public void Of_two_readers_the_one_who_finds_something_is_woken()
    {
        int first = 0, second = 0;
        async Task Take(Action count)
        {
            await _reading.WaitAsync(PollEvents.Read);
            count();
            Assert.Equal(1, _pipe.Read());
        }

        _selector.RunUntilComplete(async () =>
        {
            Task[] readers = [Take(() => first++), Take(() => second++)];
            _pipe.Write();
            await readers[0];
            while (_selector.Turn is var turn && turn < 10)
                await Task.Yield();
            Assert.Equal((1, 0), (first, second));
            _pipe.Write();
            await readers[1];
        });
    }

    [Fact]
    public void A_reader_who_leaves_something_hands_on_to_the_next()
    {
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents>[] waits = [_reading.WaitAsync(PollEvents.Read).AsTask(), _reading.WaitAsync(PollEvents.Read).AsTask()];
            _pipe.Write();
            Assert.Equal([PollEvents.Read, PollEvents.Read], await Task.WhenAll(waits));
        });
    }

    [Fact]
    public void Reader_and_writer_get_each_their_own()
    {
        using var sockets = new TestSocketPair();
        using FdRegistration both = _selector.Register(sockets.Left, new RegistrationOptions { Trigger = TriggerMode.OneShot });
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents> reading = both.WaitAsync(PollEvents.Read).AsTask();
            Assert.Equal(PollEvents.Write, await both.WaitAsync(PollEvents.Write));
            Assert.False(reading.IsCompleted);
            TestPipe.Write(sockets.Right);
            Assert.Equal(PollEvents.Read, await reading);
        });
    }

    [Fact]
    public void A_report_whose_waiter_is_gone_is_lost_to_nobody()
    {
        using var cancellation = new CancellationTokenSource();
        Task cancelled = _reading.WaitAsync(PollEvents.Read, cancellation.Token).AsTask();
        _pipe.Write();
        cancellation.Cancel();
        while (_selector.RunOnce(TimeSpan.Zero))
        {
        }

        Until.True(() => cancelled.IsCanceled, "the end of the cancelled wait");
        Assert.Equal(PollEvents.Read, _selector.RunUntilComplete(() => _reading.WaitAsync(PollEvents.Read).AsTask()));
    }

    [Fact]
    public void Nothing_is_reported_while_nobody_waits_not_even_a_hang_up_again_and_again()
    {
        _pipe.Write();
        _pipe.WriteEnd.Dispose();
        int turns = 0;
        while (_selector.RunOnce(TimeSpan.Zero))
            turns++;
        Assert.InRange(turns, 0, 1);
        Assert.Equal(PollEvents.Read | PollEvents.Close, _selector.RunUntilComplete(() => _reading.WaitAsync(PollEvents.Read).AsTask()));
    }

    [Fact]
    public void A_continuation_that_throws_keeps_the_others_armed()
    {
        List<Exception> seen = [];
        using var selector = new Selector(new SelectorOptions { UnhandledException = seen.Add });
        using FdRegistration reading = selector.Register(_pipe.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.OneShot });
        PollEvents second = selector.RunUntilComplete(() =>
        {
            System.Runtime.CompilerServices.ValueTaskAwaiter<PollEvents> first = reading.WaitAsync(PollEvents.Read).GetAwaiter();
            first.UnsafeOnCompleted(static () => throw new InvalidDataException());
            _pipe.Write();
            return reading.WaitAsync(PollEvents.Read).AsTask();
        });
        Assert.IsType<InvalidDataException>(Assert.Single(seen));
        Assert.Equal(PollEvents.Read, second);
    }

    [Fact]
    public async Task Two_selectors_that_share_a_descriptor_lose_nothing_and_spin_on_nothing()
    {
        const int Total = 5000;
        using Selector left = Selector.Start(), right = Selector.Start();
        int got = 0;
        using var done = new CancellationTokenSource();
        async Task Take(Selector selector)
        {
            using FdRegistration reading = selector.Register(_pipe.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.OneShot });
            try
            {
                while (true)
                {
                    await reading.WaitAsync(PollEvents.Read, done.Token);
                    if (_pipe.Read() == 1 && Interlocked.Increment(ref got) == Total)
                        await done.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
            }
        }

        Task[] takers = [Take(left), Take(right)];
        for (int i = 0; i < Total;)
            i += Math.Max(0, _pipe.Write());
        await Task.WhenAll(takers);
        Assert.Equal(Total, got);
    }
}
