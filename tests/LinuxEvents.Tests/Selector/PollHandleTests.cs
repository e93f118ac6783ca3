using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>A selector inside another loop: its poll handle is readable exactly when RunOnce(0) has something to do.</summary>
public sealed class PollHandleTests : IDisposable
{
    private readonly Selector _selector = new();
    private readonly TestPipe _pipe = new();

    public void Dispose()
    {
        _selector.Dispose();
        _pipe.Dispose();
    }

    /// <summary>Looks as any loop would.</summary>
    private bool IsReadable()
    {
        using var outer = new Epoll();
        outer.Add(_selector.PollHandle, EpollEvents.Read, 1);
        return outer.Wait(new EpollEvent[1], TimeSpan.Zero) == 1;
    }

    private void RunUntilQuiet()
    {
        for (int i = 0; IsReadable(); i++)
        {
            Assert.True(i < 10, "the handle stays readable for nothing");
            _selector.RunOnce(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Shows_a_post_made_before_it_was_asked_for_and_one_made_later()
    {
        int ran = 0;
        _selector.Post(() => ran++);
        Assert.True(IsReadable());
        RunUntilQuiet();
        Assert.Equal(1, ran);
        _selector.Post(() => ran++);
        Assert.True(IsReadable());
        RunUntilQuiet();
        Assert.Equal(2, ran);
    }

    [Fact]
    public void Shows_a_post_from_within_a_turn()
    {
        int ran = 0;
        _ = _selector.PollHandle;
        _selector.Post(() => _selector.Post(() => ran++));
        _selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(0, ran);
        Assert.True(IsReadable());
        RunUntilQuiet();
        Assert.Equal(1, ran);
    }

    [Fact]
    public void Shows_a_ready_descriptor_and_a_timer_armed_within_a_turn()
    {
        _ = _selector.PollHandle;
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        Task<PollEvents>? wait = null;
        Task? delay = null;
        _selector.Post(() =>
        {
            wait = reading.WaitAsync(PollEvents.Read).AsTask();
            delay = _selector.DelayAsync(TimeSpan.FromMilliseconds(2)).AsTask();
        });
        RunUntilQuiet();
        _pipe.Write();
        Assert.True(IsReadable());
        RunUntilQuiet();
        Assert.True(wait!.IsCompletedSuccessfully);
        while (!delay!.IsCompleted)
        {
            Until.True(IsReadable, "the timer in the set");
            _selector.RunOnce(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Shows_what_a_budget_or_an_exception_left_undone()
    {
        using var selector = new Selector(new SelectorOptions { PostsPerTurn = 2 });
        using var outer = new Epoll();
        outer.Add(selector.PollHandle, EpollEvents.Read, 1);
        var events = new EpollEvent[1];
        int ran = 0;
        for (int i = 0; i < 5; i++)
            selector.Post(() => ran++);
        selector.Post(static () => throw new InvalidDataException());
        selector.Post(() => ran++);
        int turns = 0;
        while (outer.Wait(events, TimeSpan.Zero) == 1)
        {
            turns++;
            try
            {
                selector.RunOnce(TimeSpan.Zero);
            }
            catch (InvalidDataException)
            {
            }
        }

        Assert.Equal(6, ran);
        Assert.InRange(turns, 4, 6);
    }

    [Fact]
    public void A_selector_runs_inside_another_ones_loop()
    {
        using var outer = new Selector();
        using FdRegistration inner = outer.Register(_selector.PollHandle);
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd, new RegistrationOptions { Continuations = ContinuationMode.Loop });
        Task<PollEvents> wait = reading.WaitAsync(PollEvents.Read).AsTask();
        bool onInner = false;
        outer.RunUntilComplete(async () =>
        {
            _selector.Post(() => onInner = _selector.IsLoopThread && !outer.IsLoopThread && Selector.Current == _selector);
            _pipe.Write();
            while (!wait.IsCompleted)
            {
                await inner.WaitAsync(PollEvents.Read);
                _selector.RunOnce(TimeSpan.Zero);
                Assert.True(outer.IsLoopThread);
                Assert.Same(outer.SynchronizationContext, SynchronizationContext.Current);
                Assert.Throws<InvalidOperationException>(() => _selector.RunOnce(TimeSpan.FromTicks(1)));
            }
        });
        Assert.True(onInner);
    }

    [Fact]
    public void Of_two_nested_loops_neither_can_run_itself_again()
    {
        using var outer = new Selector();
        outer.RunUntilComplete(() =>
        {
            _selector.Post(() =>
            {
                Assert.Throws<InvalidOperationException>(() => outer.RunOnce(TimeSpan.Zero));
                Assert.Throws<InvalidOperationException>(() => _selector.RunOnce(TimeSpan.Zero));
            });
            Assert.True(_selector.RunOnce(TimeSpan.Zero));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Every_post_of_another_thread_shows()
    {
        using var outer = new Epoll();
        outer.Add(_selector.PollHandle, EpollEvents.Read, 1);
        var events = new EpollEvent[1];
        int ran = 0;
        var poster = new Thread(() =>
        {
            for (int i = 0; i < Rounds.InTest; i++)
            {
                int before = i;
                _selector.Post(() => ran++);
                if (i % 3 == 0)
                    SpinWait.SpinUntil(() => Volatile.Read(ref ran) > before, TimeSpan.FromMilliseconds(Until.Patience));
            }
        });
        poster.Start();
        while (ran < Rounds.InTest)
        {
            Assert.Equal(1, outer.Wait(events, TimeSpan.FromMilliseconds(Until.Patience)));
            _selector.RunOnce(TimeSpan.Zero);
        }

        poster.Join();
    }

    [Fact]
    public void Is_refused_where_it_would_mean_nothing()
    {
        using (Selector own = Selector.Start())
            Assert.Throws<InvalidOperationException>(() => own.PollHandle);
        var disposed = new Selector();
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => disposed.PollHandle);
    }
}
