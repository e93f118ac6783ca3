namespace LinuxEvents.Tests;

/// <summary>Who runs a loop, where continuations run, and how a loop ends.</summary>
public sealed class DrivingTests
{
    [Fact]
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

    [Fact]
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

    [Fact]
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

    [Fact]
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

    [Fact]
    public void A_loop_cannot_be_run_by_two_threads()
    {
        using Selector selector = Selector.Start();
        Assert.True(selector.InvokeAsync(() => Task.FromResult(selector.IsLoopThread)).Result);
        Assert.Throws<InvalidOperationException>(() => selector.RunOnce(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(selector.Stop);
    }

    [Fact]
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

    [Fact]
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

    [Fact]
    public void A_thread_of_its_own_ends_with_the_selector() => Descriptors.StayAsTheyWere(() =>
    {
        Selector selector = Selector.Start(new SelectorOptions { Name = "lxe-test-ends" });
        Assert.True(selector.InvokeAsync(() => Task.FromResult(selector.IsLoopThread)).Result);
        Assert.Equal(1, ThreadsNamed("lxe-test-ends"));
        selector.Dispose();
        Assert.Equal(0, ThreadsNamed("lxe-test-ends"));
    });

    [Fact]
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

    private static int ThreadsNamed(string name) => Directory.GetDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(task + "/comm").TrimEnd() == name;
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static Task<int> InvokeWithoutContext(Selector selector, Func<int> function)
    {
        var result = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        selector.Post(() => result.SetResult(function()));
        return result.Task;
    }
}
