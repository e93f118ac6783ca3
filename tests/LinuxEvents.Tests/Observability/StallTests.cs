using System.Collections.Concurrent;

namespace LinuxEvents.Tests;

/// <summary>Turns that take too long are reported while they last. CHECKLIST 94.</summary>
public sealed class StallTests : IDisposable
{
    /// <summary>What holds up a turn of which no callback has begun.</summary>
    private const string Nameless = "the loop itself";

    private static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(20);

    private readonly BlockingCollection<StallReport> _reports = [];
    private readonly ManualResetEventSlim _release = new();

    public void Dispose()
    {
        _reports.Dispose();
        _release.Dispose();
    }

    [Fact]
    public void A_posted_method_that_blocks_is_reported_once_by_its_name_while_it_is_stuck()
    {
        using Selector selector = Start();
        selector.Post(Block);
        StallReport report = Next("LinuxEvents.Tests.StallTests.Block");
        Assert.Same(selector, report.Selector);
        Assert.True(report.Duration >= Threshold, $"{report.Duration}");
        Assert.Null(report.StackTrace);
        Assert.Equal($"The selector {selector.Name} has been held up for {report.Duration.TotalMilliseconds:F0} ms by {report.Cause}.", report.ToString());
        // The monitor looks on as long as it lasts: until the same stall would have been reported some times more.
        Until.True(() => selector.GetStatistics().LongestTurn > report.Duration + 5 * Threshold, "five more thresholds");
        Assert.Empty(_reports);

        // The next one is another.
        _release.Set();
        Sleep(selector);
        _release.Reset();
        selector.Post(static self => ((StallTests)self!).Block(), this);
        Next("LinuxEvents.Tests.StallTests.A_posted_method_that_blocks_is_reported_once_by_its_name_while_it_is_stuck.lambda");
        _release.Set();
        Sleep(selector);
        Assert.True(selector.GetStatistics().Stalls >= 2);
    }

    [Fact]
    public void A_continuation_is_reported_with_the_registration_it_continues_for()
    {
        using Selector selector = Start();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd, new RegistrationOptions { Name = "orders" });
        Task serving = selector.InvokeAsync(() => Serve(reading));
        pipe.Write();
        Next($"LinuxEvents.Tests.StallTests.Serve, which continued for {reading}");
        _release.Set();
        serving.Wait(TestContext.Current.CancellationToken);
        Assert.Contains("orders", reading.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_hides_its_continuation_is_named_by_the_registration()
    {
        using Selector selector = Start();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        selector.InvokeAsync(() =>
        {
            Task wait = reading.WaitAsync(PollEvents.Read).AsTask();
            _ = wait.ContinueWith(_ => Block(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return Task.CompletedTask;
        }).Wait(TestContext.Current.CancellationToken);
        pipe.Write();
        Next($"what continued for {reading}");
        _release.Set();
    }

    [Fact]
    public void After_a_delay_and_after_a_yield_the_async_method_is_named()
    {
        using Selector selector = Start();
        Task task = selector.InvokeAsync(AfterDelay);
        Next("LinuxEvents.Tests.StallTests.AfterDelay");
        _release.Set();
        task.Wait(TestContext.Current.CancellationToken);
        _release.Reset();
        task = selector.InvokeAsync(AfterYield);
        Next("LinuxEvents.Tests.StallTests.AfterYield");
        _release.Set();
        task.Wait(TestContext.Current.CancellationToken);
        _release.Reset();
        task = selector.InvokeAsync(() =>
        {
            Block();
            return Task.CompletedTask;
        });
        Next("LinuxEvents.Tests.StallTests.After_a_delay_and_after_a_yield_the_async_method_is_named.lambda");
        _release.Set();
        task.Wait(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_main_function_of_a_loop_driven_by_hand_may_stall_too()
    {
        using var selector = new Selector(Options());
        var run = new Thread(() => selector.RunUntilComplete(Main));
        run.Start();
        Next("LinuxEvents.Tests.StallTests.The_main_function_of_a_loop_driven_by_hand_may_stall_too.Main");
        _release.Set();
        run.Join();

        Task Main()
        {
            Block();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void A_callback_that_begins_after_its_turn_was_reported_is_reported_by_its_name()
    {
        using var first = new ManualResetEventSlim();
        using var selector = new Selector(new SelectorOptions
        {
            StallThreshold = Threshold,
            Stalled = report =>
            {
                _reports.Add(report);
                first.Set();
            },
            AfterPoll = selector =>
            {
                // As when the machine has no time for the loop: nothing of the turn has begun.
                selector.Activity.Source = null;
                Assert.True(first.Wait(Until.Patience), "the first report");
            },
        });
        selector.Post(Block);
        var run = new Thread(() => selector.RunOnce(TimeSpan.Zero));
        run.Start();
        Next("LinuxEvents.Tests.StallTests.Block");
        _release.Set();
        run.Join();
    }

    [Fact]
    public void A_synchronous_wait_is_reported_with_its_stack_although_its_turn_was_reported_before()
    {
        using var selector = new Selector(new SelectorOptions { StallThreshold = Threshold, BlockingWaitThreshold = Threshold, Stalled = _reports.Add });
        bool reported = false;
        void WaitOnceReported()
        {
            while (!Volatile.Read(ref reported))
                Thread.Sleep(1);
            _release.Wait();
        }

        selector.Post(WaitOnceReported);
        var run = new Thread(() => selector.RunOnce(TimeSpan.Zero));
        run.Start();
        const string What = $"LinuxEvents.Tests.StallTests.{nameof(A_synchronous_wait_is_reported_with_its_stack_although_its_turn_was_reported_before)}.{nameof(WaitOnceReported)}";
        Assert.Null(Next(What).StackTrace);
        Volatile.Write(ref reported, true);
        Assert.Contains(nameof(WaitOnceReported), Next($"{What}, which waits synchronously").StackTrace, StringComparison.Ordinal);
        _release.Set();
        run.Join();
    }

    [Fact]
    public void A_loop_that_sleeps_or_that_nobody_drives_is_not_reported_and_the_monitor_parks()
    {
        using Selector sleeping = Start();
        using var byHand = new Selector(Options());
        byHand.RunOnce(TimeSpan.Zero);
        Sleep(sleeping);
        Until.True(() => StallMonitor.IsParked, "the monitor parked");
        // A busy machine may have held up what went before.
        while (_reports.TryTake(out _))
        {
        }

        long stalls = sleeping.GetStatistics().Stalls;
        Until.True(() => sleeping.GetStatistics().Idle > 5 * Threshold, "five thresholds asleep");
        Assert.Empty(_reports);
        Assert.True(StallMonitor.IsParked);
        Assert.Equal(stalls, sleeping.GetStatistics().Stalls);
    }

    [Fact]
    public void Many_short_turns_are_no_stall()
    {
        using Selector selector = Start();
        Task busy = selector.InvokeAsync(async () =>
        {
            while (!_release.IsSet)
                await Task.Yield();
        });
        Until.True(() => selector.GetStatistics().Busy > 10 * Threshold, "ten thresholds of work");
        _release.Set();
        busy.Wait(TestContext.Current.CancellationToken);
        // A busy machine may have held up a turn indeed; then the loop itself has counted it, too.
        Sleep(selector);
        SelectorStatistics statistics = selector.GetStatistics();
        Assert.Equal(statistics.LongestTurn < Threshold, statistics.Stalls == 0);
        Assert.True(_reports.Count(static report => report.Cause != Nameless) <= statistics.Stalls, $"{_reports.Count} reports, {statistics}");
        Assert.True(_reports.Count(static report => report.Cause == Nameless) <= statistics.Stalls, $"{_reports.Count} reports, {statistics}");
    }

    [Fact]
    public void The_thread_that_watches_ends_with_the_last_selector_that_is_watched()
    {
        Selector first = Start(), second = Start();
        Assert.Equal(1, ProcFs.ThreadsNamed("lxe-stalls"));
        first.Dispose();
        Until.True(() => StallMonitor.IsParked, "the monitor parked");
        second.Post(Block);
        Next("LinuxEvents.Tests.StallTests.Block");
        _release.Set();
        second.Dispose();
        Until.True(() => ProcFs.ThreadsNamed("lxe-stalls") == 0, "the end of the thread");
        using Selector third = Start();
        Assert.Equal(1, ProcFs.ThreadsNamed("lxe-stalls"));
    }

    [Fact]
    public void A_receiver_may_dispose_the_selector_and_what_it_throws_goes_to_the_handler()
    {
        var failed = new TaskCompletionSource<Exception>();
        Selector? selector = null;
        selector = new Selector(new SelectorOptions
        {
            StallThreshold = Threshold,
            UnhandledException = failed.SetResult,
            Stalled = _ =>
            {
                // Lets the loop end, since Dispose waits for it.
                _release.Set();
                selector!.Dispose();
                throw new InvalidDataException("receiver");
            },
        });
        selector.Post(Block);
        selector.Post(static () => { });
        var run = new Thread(selector.Run);
        run.Start();
        Assert.Equal("receiver", failed.Task.Result.Message);
        run.Join();
        using Selector other = Start();
        _release.Reset();
        other.Post(Block);
        Next("LinuxEvents.Tests.StallTests.Block");
        _release.Set();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_threshold_is_positive(int milliseconds) => Descriptors.StayAsTheyWere(() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new Selector(new SelectorOptions { StallThreshold = TimeSpan.FromMilliseconds(milliseconds) })));

    [Theory]
    [InlineData("Shop.Server", "Run", "Shop.Server.Run")]
    [InlineData("Shop.Server+<>c__DisplayClass1_0", "<Run>b__0", "Shop.Server.Run.lambda")]
    [InlineData("Shop.Server", "<Run>g__Retry|3_0", "Shop.Server.Run.Retry")]
    [InlineData("Shop.Server+<Run>d__5", "", "Shop.Server.Run")]
    [InlineData("Shop.Server`1+<Run>d__5[System.Int32]", "", "Shop.Server`1.Run")]
    [InlineData("Shop.Server+<>c+<<Run>b__3_0>d", "", "Shop.Server.Run.lambda")]
    [InlineData("Program+<<Main>$>d__0", "", "Program.Main")]
    [InlineData("Program", "<<Main>$>g__Serve|0_1", "Program.Main.Serve")]
    public void Names_are_as_in_the_source(string type, string method, string expected) => Assert.Equal(expected, CallbackName.Readable(type, method));

    private SelectorOptions Options() => new() { Name = "lxe-test-stall", StallThreshold = Threshold, Stalled = _reports.Add };

    private Selector Start() => Selector.Start(Options());

    /// <summary>Waits for the report of this; others are of a machine that was busy with something else.</summary>
    private StallReport Next(string what)
    {
        List<StallReport> others = [];
        while (_reports.TryTake(out StallReport? report, TimeSpan.FromMilliseconds(Until.Patience)))
        {
            if (report.Cause == what)
            {
                Assert.False(_release.IsSet, "reported when it was over");
                return report;
            }

            others.Add(report);
        }

        _release.Set();
        throw new InvalidOperationException($"No report of {what}, but: {string.Join(" ", others)}");
    }

    // A sleep, not a wait: that the runtime tells the loop of would be another report.
    private void Block()
    {
        while (!_release.IsSet)
            Thread.Sleep(1);
    }

    private async Task Serve(FdRegistration registration)
    {
        await registration.WaitAsync(PollEvents.Read);
        Block();
    }

    private async Task AfterDelay()
    {
        await Selector.Current!.DelayAsync(TimeSpan.FromMilliseconds(1));
        Block();
    }

    private async Task AfterYield()
    {
        await Task.Yield();
        Block();
    }

    private static void Sleep(Selector selector) => Until.True(() => selector.Activity.Look(out _, out _) == LoopState.Idle, "the loop asleep");
}
