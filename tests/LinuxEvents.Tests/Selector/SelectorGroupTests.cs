using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Many loops as one. CHECKLIST 92.</summary>
public sealed class SelectorGroupTests
{
    [Fact]
    public void Round_robin_skips_none_also_with_many_threads()
    {
        using SelectorGroup group = SelectorGroup.Start(3);
        Assert.Equal([group[0], group[1], group[2], group[0]], Enumerable.Range(0, 4).Select(_ => group.Next()));
        int[] taken = new int[3];
        Parallel.For(0, 3000, _ => Interlocked.Increment(ref taken[group.ToList().IndexOf(group.Next())]));
        Assert.Equal([1000, 1000, 1000], taken);
    }

    [Fact]
    public void A_key_always_has_the_same_selector_and_all_are_used()
    {
        using SelectorGroup group = SelectorGroup.Start(4);
        for (int i = 0; i < 100; i++)
        {
            Assert.Same(group.For(i), group.For(i));
            Assert.Same(group.For($"user {i}"), group.For("user " + i));
        }

        // Also keys that share a factor with the count.
        foreach (int step in (int[])[1, 4, 64, 4096])
            Assert.Equal(4, Enumerable.Range(0, 100).Select(i => group.For(i * step)).Distinct().Count());
    }

    [Fact]
    public void The_least_loaded_has_the_fewest_registrations()
    {
        using SelectorGroup group = SelectorGroup.Start(3);
        TestCounter[] counters = [.. Enumerable.Range(0, 7).Select(static _ => new TestCounter())];
        FdRegistration[] registrations = [.. counters.Select(counter => group.LeastLoaded().Register(counter.Handle))];
        Assert.Equal([2, 2, 3], group.Select(static selector => selector.GetStatistics().Registrations).Order());
        foreach (FdRegistration registration in registrations.Where(registration => registration.Selector == group[1]))
            registration.Dispose();
        Assert.Same(group[1], group.LeastLoaded());
        foreach (FdRegistration registration in registrations)
            registration.Dispose();
        // Of equals, each in turn.
        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ => group.LeastLoaded()).Distinct().Count());
        Array.ForEach(counters, static counter => counter.Dispose());
    }

    [Fact]
    public void Disposing_it_joins_every_thread() => Descriptors.StayAsTheyWere(() =>
    {
        SelectorGroup group = SelectorGroup.Start(4, static index => new SelectorOptions { Name = "lxe-test-group" });
        Task[] waits = [.. group.Select(static selector => selector.DelayAsync(TimeSpan.FromHours(1)).AsTask())];
        Task.WaitAll([.. group.Select(static selector => selector.InvokeAsync(static () => Task.CompletedTask))], TestContext.Current.CancellationToken);
        ProcFs.AwaitThreadsNamed("lxe-test-group", 4);
        group.Dispose();
        ProcFs.AwaitThreadsNamed("lxe-test-group", 0);
        Assert.All(waits, static wait => Assert.IsType<ObjectDisposedException>(
            Assert.Throws<AggregateException>(() => wait.Wait(CancellationToken.None)).InnerException));
        group.Dispose();
        Assert.Throws<ObjectDisposedException>(() => group.Next().Post(static () => { }));
    });

    [Fact]
    public void One_that_is_stuck_does_not_keep_the_others_from_ending()
    {
        SelectorGroup group = SelectorGroup.Start(2, static _ => new SelectorOptions { BlockingWait = BlockingWaitPolicy.Allow });
        using var release = new ManualResetEventSlim();
        group[0].Post(release.Wait);
        Task delay = group[1].DelayAsync(TimeSpan.FromHours(1)).AsTask();
        Task dispose = Task.Run(group.Dispose, TestContext.Current.CancellationToken);
        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => delay.Wait(CancellationToken.None)).InnerException);
        Assert.False(dispose.IsCompleted);
        release.Set();
        dispose.Wait(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_loop_of_it_may_dispose_it() => Descriptors.StayAsTheyWere(() =>
    {
        SelectorGroup group = SelectorGroup.Start(3);
        group[1].InvokeAsync(() =>
        {
            group.Dispose();
            return Task.CompletedTask;
        }).Wait(TestContext.Current.CancellationToken);
        group.Dispose();
    });

    [Fact]
    public void A_start_that_fails_leaves_nothing() => Descriptors.StayAsTheyWere(() =>
    {
        Assert.Equal("three", Assert.Throws<InvalidDataException>(static () => SelectorGroup.Start(
            5, static index => index == 3 ? throw new InvalidDataException("three") : new SelectorOptions { Name = "lxe-test-fails" })).Message);
        ProcFs.AwaitThreadsNamed("lxe-test-fails", 0);
        LinuxEventsException refused = Assert.Throws<LinuxEventsException>(static () => SelectorGroup.Start(
            3, static index => new SelectorOptions { Name = "lxe-test-fails", Processors = index == 2 ? [60_000] : null }));
        Assert.Equal(Errno.EINVAL, refused.Errno);
        Assert.Equal("processors 60000, of which this process may use none,", refused.Target);
        ProcFs.AwaitThreadsNamed("lxe-test-fails", 0);
    });

    [Fact]
    public void Bad_arguments_are_refused() => Descriptors.StayAsTheyWere(() =>
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => SelectorGroup.Start(0));
        Assert.Throws<ArgumentException>(static () => Selector.Start(new SelectorOptions { Processors = [] }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Selector.Start(new SelectorOptions { Processors = [-1] }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Selector.Start(new SelectorOptions { Processors = [0, int.MaxValue] }));
        using SelectorGroup group = SelectorGroup.Start(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => group[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => group[-1]);
        Assert.Throws<ArgumentNullException>(() => group.For<string>(null!));
    });

    [Fact]
    public void A_selector_runs_on_the_processors_that_it_was_given()
    {
        string own = Allowed();
        int processor = int.Parse(own.Split(',', '-')[0]);
        using (Selector selector = Selector.Start(new SelectorOptions { Processors = [processor] }))
        {
            Assert.Equal($"{processor}", selector.InvokeAsync(static () => Task.FromResult(Allowed())).Result);
            // The runtime gives a new thread, of the pool for example, what the process has.
            string started = "";
            selector.InvokeAsync(() =>
            {
                var thread = new Thread(() => started = Allowed());
                thread.Start();
                thread.Join();
                return Task.CompletedTask;
            }).Wait(TestContext.Current.CancellationToken);
            Assert.Equal(own, started);
        }

        Assert.Equal(own, Allowed());
    }

    private static string Allowed() => ProcFs.Status(File.ReadAllText($"/proc/self/task/{Libc.gettid()}/status"), "Cpus_allowed_list");
}
