namespace LinuxEvents.Tests;

/// <summary>Who runs a loop, where continuations run, and how a loop ends.</summary>
public sealed class DrivingTests
{
    [Fact] // CHECKLIST 88
    public void A_wait_begun_on_the_loop_continues_there_also_with_ConfigureAwait_false()
    {
        using var selector = new Selector();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        pipe.Write();
        selector.RunUntilComplete(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await reading.WaitAsync(PollEvents.Read).ConfigureAwait(false);
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            Assert.True(selector.IsLoopThread);
            await selector.DelayAsync(TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            await Task.Yield();
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
        });
        Assert.Null(Selector.Current);
    }

    [Fact] // CHECKLIST 88
    public async Task A_wait_begun_elsewhere_continues_on_the_thread_pool()
    {
        using Selector selector = Selector.Start();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        Task write = Task.Run(() => pipe.Write());
        Assert.Equal(PollEvents.Read, await reading.WaitAsync(PollEvents.Read).ConfigureAwait(false));
        Assert.False(selector.IsLoopThread);
        await selector.DelayAsync(TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
        Assert.False(selector.IsLoopThread);
        await write;
    }

    [Fact] // CHECKLIST 88
    public async Task The_execution_context_flows_through_a_wait()
    {
        using Selector selector = Selector.Start();
        var local = new AsyncLocal<int> { Value = 7 };
        int seen = await selector.InvokeAsync(async () =>
        {
            await selector.DelayAsync(TimeSpan.FromMilliseconds(1));
            return local.Value;
        });
        Assert.Equal(7, seen);
        selector.Post(() => local.Value = 9);
        Assert.Equal(0, await InvokeWithoutContext(selector, () => local.Value));
    }

    [Fact] // CHECKLIST 87, 99
    public void A_loop_cannot_be_run_inside_a_loop()
    {
        using var selector = new Selector();
        using var other = new Selector();
        selector.RunUntilComplete(() =>
        {
            Assert.Contains("already", Assert.Throws<InvalidOperationException>(() => selector.RunOnce(TimeSpan.Zero)).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => other.Run());
            return Task.CompletedTask;
        });
    }

    [Fact] // CHECKLIST 87
    public void A_loop_cannot_be_run_by_two_threads()
    {
        using Selector selector = Selector.Start();
        Assert.True(selector.InvokeAsync(() => Task.FromResult(selector.IsLoopThread)).Result);
        Assert.Throws<InvalidOperationException>(() => selector.RunOnce(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(selector.Stop);
    }

    [Fact] // CHECKLIST 84
    public void Stop_before_Run_is_honoured_once()
    {
        using var selector = new Selector();
        selector.Stop();
        selector.Run();
        selector.Post(selector.Stop);
        selector.Run();
    }

    [Fact]
    public void Stop_ends_RunUntilComplete()
    {
        using var selector = new Selector();
        Assert.Throws<OperationCanceledException>(() => selector.RunUntilComplete(async () =>
        {
            selector.Stop();
            await selector.DelayAsync(Timeout.InfiniteTimeSpan);
        }));
    }

    [Fact]
    public void A_task_that_completes_elsewhere_wakes_the_loop()
    {
        using var selector = new Selector();
        for (int i = 0; i < 200; i++)
            selector.RunUntilComplete(() => Task.Run(static () => { }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void RunOnce_says_whether_there_was_anything_to_do()
    {
        using var selector = new Selector();
        Assert.False(selector.RunOnce(TimeSpan.Zero));
        Assert.False(selector.RunOnce(TimeSpan.FromMilliseconds(2)));
        selector.Post(static () => { });
        Assert.True(selector.RunOnce(Timeout.InfiniteTimeSpan));
    }

    [Fact] // CHECKLIST 26, 98
    public void Disposing_the_selector_ends_every_wait_and_closes_every_descriptor() => Descriptors.StayAsTheyWere(() =>
    {
        var pipe = new TestPipe();
        var selector = new Selector();
        FdRegistration reading = selector.Register(pipe.ReadEnd);
        Task read = reading.WaitAsync(PollEvents.Read, TimeSpan.FromHours(1)).AsTask();
        Task delay = selector.DelayAsync(TimeSpan.FromHours(1)).AsTask();
        selector.Dispose();
        selector.Dispose();
        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => read.Wait(CancellationToken.None)).InnerException);
        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => delay.Wait(CancellationToken.None)).InnerException);
        Assert.Throws<ObjectDisposedException>(() => selector.Register(pipe.ReadEnd));
        Assert.Throws<ObjectDisposedException>(() => selector.Post(static () => { }));
        Assert.Throws<ObjectDisposedException>(() => selector.RunOnce(TimeSpan.Zero));
        Assert.True(selector.DelayAsync(TimeSpan.Zero).IsFaulted);
        Assert.True(reading.WaitAsync(PollEvents.Read).IsFaulted);
        reading.Dispose();
        pipe.Dispose();
    });

    [Fact] // CHECKLIST 98
    public void A_thread_of_its_own_ends_with_the_selector() => Descriptors.StayAsTheyWere(() =>
    {
        Selector selector = Selector.Start(new SelectorOptions { Name = "lxe-test-ends" });
        Assert.True(selector.InvokeAsync(() => Task.FromResult(selector.IsLoopThread)).Result);
        ProcFs.AwaitThreadsNamed("lxe-test-ends", 1);
        selector.Dispose();
        ProcFs.AwaitThreadsNamed("lxe-test-ends", 0);
    });

    [Fact] // CHECKLIST 97
    public void A_callback_may_dispose_the_selector()
    {
        Selector selector = Selector.Start();
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        selector.Post(() =>
        {
            selector.Dispose();
            disposed.SetResult();
        });
        disposed.Task.Wait(CancellationToken.None);
        selector.Dispose();

        var byHand = new Selector();
        byHand.Post(byHand.Dispose);
        byHand.Run();
        Assert.Throws<ObjectDisposedException>(byHand.Run);
    }

    [Fact]
    public void What_was_posted_before_the_end_is_run()
    {
        var selector = new Selector();
        int ran = 0;
        for (int i = 0; i < 10; i++)
            selector.Post(() => ran++);
        selector.Dispose();
        Assert.Equal(10, ran);
    }

    [Fact]
    public void The_shared_selector_cannot_be_disposed()
    {
        Selector.Shared.Dispose();
        Assert.True(Selector.Shared.InvokeAsync(static () => Task.FromResult(Selector.Current == Selector.Shared)).Result);
    }

    [Fact]
    public void The_name_of_a_selector_is_that_of_its_thread()
    {
        using Selector selector = Selector.Start(new SelectorOptions { Name = "lxe-test-named" });
        Assert.Equal("lxe-test-named", selector.InvokeAsync(static () => Task.FromResult(Thread.CurrentThread.Name)).Result);
    }

    [Fact]
    public void A_selector_may_be_disposed_before_its_thread_has_begun() => Descriptors.StayAsTheyWere(() =>
    {
        for (int i = 0; i < 300; i++)
            Selector.Start().Dispose();
    });

    [Fact]
    public void A_task_that_completes_as_the_loop_goes_to_sleep_is_noticed()
    {
        using var selector = new Selector();
        for (int i = 0; i < 10_000; i++)
        {
            var source = new TaskCompletionSource();
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.SetResult(), source, preferLocal: false);
            selector.RunUntilComplete(source.Task);
        }
    }

    [Fact]
    public void A_context_that_refuses_continuations_harms_nobody() => Descriptors.StayAsTheyWere(() =>
    {
        var selector = new Selector();
        using var pipe = new TestPipe();
        using var other = new TestPipe();
        FdRegistration first = selector.Register(pipe.ReadEnd), second = selector.Register(other.ReadEnd);
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new RefusingContext());
        Task<PollEvents>[] waits = [Await(first), Await(first), Await(second)];
        SynchronizationContext.SetSynchronizationContext(own);
        pipe.Write();
        selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(PollEvents.Read, waits[0].Result);
        Assert.Equal(PollEvents.Read, waits[1].Result);
        selector.Dispose();
        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => waits[2].Wait(CancellationToken.None)).InnerException);
    });

    [Fact]
    public void A_context_that_throws_after_all_runs_a_continuation_once()
    {
        List<Exception> thrown = [];
        using var selector = new Selector(new SelectorOptions { UnhandledException = thrown.Add });
        int runs = 0;
        void Delay(SynchronizationContext context, Action continuation)
        {
            SynchronizationContext? own = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(context);
            selector.DelayAsync(TimeSpan.FromTicks(1)).GetAwaiter().OnCompleted(continuation);
            SynchronizationContext.SetSynchronizationContext(own);
            Until.True(() => selector.RunOnce(TimeSpan.Zero) | Volatile.Read(ref runs) > 0, "the continuation");
        }

        // One that runs it at once: what is thrown is the continuation's.
        Delay(new ImmediateContext(), () =>
        {
            runs++;
            throw new InvalidDataException();
        });
        Assert.IsType<InvalidDataException>(Assert.Single(thrown));
        Assert.Equal(1, runs);

        // One that keeps it although it throws: by then the pool has run it.
        runs = 0;
        var keeping = new KeepingContext();
        Delay(keeping, () => Interlocked.Increment(ref runs));
        Until.True(() => Volatile.Read(ref runs) > 0, "the continuation");
        keeping.Run!();
        Assert.Equal(1, runs);
        Assert.Single(thrown);
    }

    [Fact]
    public void A_handler_that_throws_keeps_no_descriptor_open() => Descriptors.StayAsTheyWere(() =>
    {
        var selector = new Selector(new SelectorOptions { UnhandledException = static _ => throw new InvalidDataException("handler") });
        selector.Post(static () => throw new InvalidDataException("callback"));
        Assert.Equal("handler", Assert.Throws<InvalidDataException>(selector.Dispose).Message);
        selector.Dispose();
    });

    [Fact]
    public void A_coroutine_that_yields_for_ever_does_not_keep_the_selector_from_ending()
    {
        bool stop = false;
        Selector selector = Selector.Start();
        Task endless = selector.InvokeAsync(async () =>
        {
            while (!Volatile.Read(ref stop))
                await Task.Yield();
        });
        selector.Dispose();
        Volatile.Write(ref stop, true);
        endless.Wait(CancellationToken.None);
    }

    [Fact]
    public void Loops_that_dispose_each_other_both_end() => Descriptors.StayAsTheyWere(() =>
    {
        Selector left = Selector.Start(), right = Selector.Start();
        using var both = new Barrier(2);
        void DisposeWhenBothRun(Selector other)
        {
            both.SignalAndWait();
            other.Dispose();
        }

        left.Post(() => DisposeWhenBothRun(right));
        right.Post(() => DisposeWhenBothRun(left));
        left.Dispose();
        right.Dispose();
    });

    [Fact]
    public void A_loop_that_closes_another_may_be_disposed_by_what_that_still_runs() => Descriptors.StayAsTheyWere(() =>
    {
        var inner = new Selector();
        Selector outer = Selector.Start();
        inner.Post(outer.Dispose);
        outer.Post(inner.Dispose);
        outer.Dispose();
        inner.Dispose();
    });

    [Fact] // CHECKLIST 88
    public async Task What_a_callback_leaves_in_its_context_is_not_the_next_ones()
    {
        var local = new AsyncLocal<int>();
        using Selector selector = Selector.Start(new SelectorOptions { UnhandledException = static _ => { } });
        selector.Post(() =>
        {
            local.Value = 9;
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            throw new InvalidDataException();
        });
        Assert.Equal(0, await InvokeWithoutContext(selector, () => local.Value));
        Assert.Equal(1, await InvokeWithoutContext(selector, () => SynchronizationContext.Current == selector.SynchronizationContext ? 1 : 0));
    }

    private static async Task<PollEvents> Await(FdRegistration registration) => await registration.WaitAsync(PollEvents.Read);

    private sealed class RefusingContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidDataException("gone");
    }

    private sealed class ImmediateContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class KeepingContext : SynchronizationContext
    {
        public Action? Run { get; private set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            Run = () => d(state);
            throw new InvalidDataException("late");
        }
    }

    private static Task<int> InvokeWithoutContext(Selector selector, Func<int> function)
    {
        var result = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        selector.Post(() => result.SetResult(function()));
        return result.Task;
    }
}
