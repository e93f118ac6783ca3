namespace LinuxEvents.Tests;

/// <summary>Tasks on the loop, hooks around its look at the descriptors, and callbacks that block it.</summary>
public sealed class SchedulingTests
{
    [Fact]
    public async Task The_task_scheduler_runs_tasks_on_the_loop_in_order()
    {
        using Selector selector = Selector.Start();
        var factory = new TaskFactory(selector.TaskScheduler);
        List<int> ran = [];
        Task<bool>[] tasks = [.. Enumerable.Range(0, 100).Select(i => factory.StartNew(() =>
        {
            ran.Add(i);
            return selector.IsLoopThread && TaskScheduler.Current == selector.TaskScheduler;
        }))];
        Assert.All(await Task.WhenAll(tasks), Assert.True);
        Assert.Equal(Enumerable.Range(0, 100), ran);
        Assert.Equal(1, selector.TaskScheduler.MaximumConcurrencyLevel);
    }

    [Fact]
    public void A_task_that_the_loop_waits_for_runs_within_and_after_the_end_on_the_pool()
    {
        var selector = new Selector();
        TaskScheduler scheduler = selector.TaskScheduler;
        bool Start(CancellationToken token)
        {
            Task<bool> task = Task.Factory.StartNew(() => selector.IsLoopThread, token, TaskCreationOptions.None, scheduler);
            task.Wait(token);
            return task.Result;
        }

        selector.RunUntilComplete(() =>
        {
            Assert.True(Start(CancellationToken.None));
            return Task.CompletedTask;
        });
        selector.Dispose();
        Assert.False(Start(CancellationToken.None));
    }

    [Fact]
    public void Hooks_see_each_look_at_the_descriptors()
    {
        List<string> seen = [];
        using var selector = new Selector(new SelectorOptions
        {
            BeforePoll = selector => seen.Add($"before {selector.IsLoopThread}"),
            AfterPoll = selector => seen.Add($"after {selector.IsLoopThread}"),
        });
        selector.Post(() => seen.Add("post"));
        selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(["before True", "after True", "post"], seen);
    }

    [Fact]
    public void What_a_hook_posts_keeps_the_loop_from_sleeping_and_what_it_throws_is_reported()
    {
        int ran = 0, polls = 0;
        List<Exception> errors = [];
        using var selector = new Selector(new SelectorOptions
        {
            BeforePoll = selector =>
            {
                selector.Post(() => ran++);
                if (++polls == 1)
                    throw new InvalidDataException("before");
            },
            AfterPoll = _ =>
            {
                if (polls == 2)
                    throw new InvalidDataException("after");
            },
            UnhandledException = errors.Add,
        });
        for (int i = 0; i < 3; i++)
            Assert.True(selector.RunOnce(Timeout.InfiniteTimeSpan));
        Assert.Equal(["before", "after"], errors.Select(error => error.Message));
        Assert.Equal(3, ran);
    }

    [Fact] // CHECKLIST 90
    public void A_callback_that_waits_for_its_own_loop_is_reported_once_with_its_stack_while_it_waits()
    {
        var reported = new TaskCompletionSource<StallReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        int reports = 0;
        using Selector selector = Selector.Start(new SelectorOptions
        {
            Name = "lxe-blocked",
            BlockingWaitThreshold = TimeSpan.FromMilliseconds(20),
            Stalled = report =>
            {
                reports++;
                reported.SetResult(report);
            },
        });
        using var way = new CancellationTokenSource();
        Task outer = selector.InvokeAsync(() =>
        {
            Task inner = selector.InvokeAsync(() => Task.CompletedTask);
            BlockOn(inner, way.Token);
            return Task.CompletedTask;
        });
        StallReport report = reported.Task.WaitAsync(TimeSpan.FromMilliseconds(Until.Patience)).GetAwaiter().GetResult();
        Assert.False(outer.IsCompleted);
        Assert.Same(selector, report.Selector);
        Assert.Contains(nameof(BlockOn), report.StackTrace, StringComparison.Ordinal);
        Assert.True(report.Duration >= TimeSpan.FromMilliseconds(20));
        way.Cancel();
        outer.Wait(CancellationToken.None);
        Assert.Equal(1, reports);
    }

    private static void BlockOn(Task task, CancellationToken token)
    {
        try
        {
            task.Wait(token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    [Fact]
    public void A_blocking_wait_may_be_made_an_error()
    {
        using var selector = new Selector(new SelectorOptions { BlockingWait = BlockingWaitPolicy.Throw, BlockingWaitThreshold = TimeSpan.FromMilliseconds(5) });
        using var never = new ManualResetEvent(false);
        object gate = new();
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holder = new Thread(() =>
        {
            lock (gate)
            {
                held.Set();
                release.Wait();
            }
        });
        holder.Start();
        held.Wait(CancellationToken.None);
        selector.RunUntilComplete(() =>
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => never.WaitOne());
            Assert.Contains(selector.Name, error.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => selector.DelayAsync(TimeSpan.FromHours(1)).AsTask().Wait());
            Assert.Throws<InvalidOperationException>(() => Monitor.Enter(gate));
            Assert.False(Monitor.IsEntered(gate));
            return Task.CompletedTask;
        });
        release.Set();
        holder.Join();
        Assert.True(Monitor.TryEnter(gate));
        Monitor.Exit(gate);
    }

    [Fact]
    public void What_is_over_soon_or_bounded_or_allowed_is_no_report()
    {
        int reports = 0;
        foreach (BlockingWaitPolicy policy in (BlockingWaitPolicy[])[BlockingWaitPolicy.Report, BlockingWaitPolicy.Allow])
        {
            using var selector = new Selector(new SelectorOptions
            {
                BlockingWait = policy,
                BlockingWaitThreshold = policy == BlockingWaitPolicy.Allow ? TimeSpan.Zero : TimeSpan.FromMinutes(1),
                Stalled = _ => reports++,
            });
            using var never = new ManualResetEvent(false);
            selector.RunUntilComplete(() =>
            {
                Assert.False(never.WaitOne(2));
                int loop = Libc.gettid();
                // On a thread, because a task that has not begun is run by who waits for it.
                var soon = new TaskCompletionSource();
                var other = new Thread(() =>
                {
                    Until.True(() => ProcFs.Sleeps(loop), "the wait");
                    soon.SetResult();
                });
                other.Start();
                soon.Task.Wait();
                other.Join();
                return Task.CompletedTask;
            });
        }

        Assert.Equal(0, reports);
    }

    [Fact]
    public void A_bounded_wait_that_is_reported_still_ends_in_time()
    {
        int reports = 0;
        using var selector = new Selector(new SelectorOptions { BlockingWaitThreshold = TimeSpan.FromMilliseconds(2), Stalled = _ => reports++ });
        using var never = new ManualResetEvent(false);
        using var set = new ManualResetEvent(true);
        selector.RunUntilComplete(() =>
        {
            Assert.False(never.WaitOne(20));
            Assert.True(set.WaitOne());
            Assert.Equal(1, WaitHandle.WaitAny([never, set]));
            return Task.CompletedTask;
        });
        Assert.Equal(1, reports);
    }
}
