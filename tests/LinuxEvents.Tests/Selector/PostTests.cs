namespace LinuxEvents.Tests;

/// <summary>Posted calls and waking.</summary>
public sealed class PostTests
{
    [Fact] // CHECKLIST 82
    public void Posts_from_many_threads_are_each_run_once_and_in_their_threads_order()
    {
        const int Threads = 16, Each = 10_000;
        using Selector selector = Selector.Start();
        int[] next = new int[Threads];
        int misordered = 0, done = 0;
        using var finished = new ManualResetEventSlim();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(id => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                int expected = i;
                selector.Post(() =>
                {
                    if (next[id]++ != expected)
                        misordered++;
                    if (++done == Threads * Each)
                        finished.Set();
                });
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        finished.Wait(TestContext.Current.CancellationToken);
        Assert.Equal(0, misordered);
        Assert.All(next, count => Assert.Equal(Each, count));
    }

    [Fact] // CHECKLIST 83
    [Trait("kind", "stress")]
    public void A_wake_between_looking_and_sleeping_is_not_lost()
    {
        using Selector selector = Selector.Start();
        using var ran = new SemaphoreSlim(0);
        foreach (int _ in Rounds.Of())
        {
            selector.Post(static ran => ((SemaphoreSlim)ran!).Release(), ran);
            ran.Wait(TestContext.Current.CancellationToken);
        }
    }

    [Fact] // CHECKLIST 86
    public void A_busy_loop_is_not_woken_again_and_again()
    {
        using var selector = new Selector();
        int ran = 0;
        for (int i = 0; i < 100_000; i++)
            selector.Post(() => ran++);
        Assert.Equal(0, selector.WakeUps);
        while (selector.RunOnce(TimeSpan.Zero))
        {
        }

        Assert.Equal(100_000, ran);
        selector.RunUntilComplete(async () =>
        {
            await Task.Yield();
            for (int i = 0; i < 100_000; i++)
                selector.Post(() => ran++);
        });
        Assert.Equal(0, selector.WakeUps);
    }

    [Fact] // CHECKLIST 85
    public void A_post_from_a_posted_callback_runs_in_the_next_turn_and_starves_nobody()
    {
        using var selector = new Selector();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        int rounds = 0;
        void Again()
        {
            rounds++;
            selector.Post(Again);
        }

        selector.Post(Again);
        selector.RunOnce(TimeSpan.Zero);
        Assert.Equal(1, rounds);
        selector.RunUntilComplete(async () =>
        {
            Task delay = selector.DelayAsync(TimeSpan.FromMilliseconds(1)).AsTask();
            pipe.Write();
            await reading.WaitAsync(PollEvents.Read);
            await delay;
        });
    }

    [Fact] // CHECKLIST 89
    public void What_a_callback_throws_goes_to_the_handler_and_the_loop_lives_on()
    {
        List<Exception> seen = [];
        using var selector = new Selector(new SelectorOptions { UnhandledException = seen.Add });
        int after = 0;
        selector.Post(static () => throw new InvalidDataException("first"));
        selector.Post(() => after++);
        selector.RunOnce(TimeSpan.Zero);
        selector.RunOnce(TimeSpan.Zero);
        Assert.Equal("first", Assert.Single(seen).Message);
        Assert.Equal(1, after);
    }

    [Fact] // CHECKLIST 89
    public void Without_a_handler_it_leaves_Run_and_nothing_is_lost()
    {
        using var selector = new Selector();
        int after = 0;
        selector.Post(static () => throw new InvalidDataException("first"));
        selector.Post(() => after++);
        selector.Post(selector.Stop);
        Assert.Throws<InvalidDataException>(selector.Run);
        Assert.Equal(0, after);
        selector.Run();
        Assert.Equal(1, after);
    }

    [Fact]
    public void Send_runs_on_the_loop_and_brings_the_exception_back()
    {
        using Selector selector = Selector.Start();
        bool onLoop = false;
        selector.SynchronizationContext.Send(_ => onLoop = selector.IsLoopThread, null);
        Assert.True(onLoop);
        Assert.Throws<InvalidDataException>(() => selector.SynchronizationContext.Send(static _ => throw new InvalidDataException(), null));
    }

    [Fact]
    public void Attention_asked_of_a_loop_that_is_awake_keeps_it_from_sleeping_once()
    {
        // The loop may just have looked at what it is asked to look at: whether it is disposed, whether a task is completed.
        var queue = new PostQueue();
        Assert.False(queue.Interrupt(stop: false));
        Assert.False(queue.TrySleep());
        Assert.True(queue.TrySleep());
        Assert.True(queue.Interrupt(stop: false));
    }

    [Fact] // CHECKLIST 86
    public void A_sleep_is_ended_by_one_write_however_many_come_before_the_loop_is_up()
    {
        var queue = new PostQueue();
        Assert.True(queue.TrySleep());
        Assert.True(queue.TryAdd(new PostedCall(static () => { }), out bool wake));
        Assert.True(wake);
        Assert.True(queue.TryAdd(new PostedCall(static () => { }), out wake));
        Assert.False(wake || queue.Interrupt(stop: false));
    }
}
