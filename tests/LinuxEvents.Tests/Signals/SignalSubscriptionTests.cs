using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Tests;

public class SignalSubscriptionTests
{
    private static readonly LinuxSignal s_realTime = LinuxSignals.RealTime(3);

    [Fact] // CHECKLIST 67
    public async Task One_kill_is_one_signal_with_its_sender()
    {
        using var subscription = SignalSubscription.Open(SIGUSR1);
        Raise.Process(SIGUSR1);

        SignalInfo info = await subscription.WaitAsync();

        Assert.Equal((SIGUSR1, SignalCode.User, Environment.ProcessId), (info.Signal, info.Code, info.SenderProcessId));
        Assert.Equal(RealUser(), info.SenderUserId);
        Assert.False(subscription.TryTake(out _));
        Assert.Equal(SignalDelivery.Relay, subscription.Delivery);
    }

    [Fact] // CHECKLIST 81
    public async Task A_signal_to_one_thread_is_received_too()
    {
        using var subscription = SignalSubscription.Open(SIGUSR1);
        Raise.Thread(SIGUSR1);
        Assert.Equal(SignalCode.Thread, (await subscription.WaitAsync()).Code);
    }

    [Theory] // CHECKLIST 68
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(int.MinValue)]
    [InlineData(long.MinValue)]
    [InlineData(0x123456789abcdefL)]
    public async Task A_queued_value_is_kept(long value)
    {
        using var subscription = SignalSubscription.Open(s_realTime);
        Raise.Queue(s_realTime, value);
        SignalInfo info = await subscription.WaitAsync();
        Assert.Equal((s_realTime, SignalCode.Queue, value, (int)value), (info.Signal, info.Code, info.Value, info.IntValue));
    }

    [Fact] // CHECKLIST 69
    public async Task A_thousand_real_time_signals_all_arrive()
    {
        using var subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Capacity = 1000 }, s_realTime);
        for (int i = 0; i < 1000; i++)
            Raise.Queue(s_realTime, i);

        var values = new SortedSet<int>();
        await foreach (SignalInfo info in subscription)
        {
            Assert.True(values.Add(info.IntValue));
            if (values.Count == 1000)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 1000), values);
        Assert.Equal(0, subscription.Dropped);
    }

    [Fact] // CHECKLIST 72
    public async Task Subscriptions_on_two_loops_both_get_it()
    {
        using var selector = Selector.Start();
        using var one = SignalSubscription.Open(SIGUSR1);
        using var other = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector }, SIGUSR1, SIGUSR2);
        ValueTask<SignalInfo> first = one.WaitAsync();
        ValueTask<SignalInfo> second = other.WaitAsync();
        Assert.False(first.IsCompleted || second.IsCompleted);

        Raise.Process(SIGUSR1);

        Assert.Equal(SIGUSR1, (await first).Signal);
        Assert.Equal(SIGUSR1, (await second).Signal);
    }

    [Fact] // CHECKLIST 72
    public async Task Many_subscriptions_on_several_loops_each_get_every_signal()
    {
        const int Signals = 200;
        using var group = SelectorGroup.Start(3);
        SignalSubscription[] subscriptions = [.. Enumerable.Range(0, 12).Select(i =>
            SignalSubscription.Open(new SignalSubscriptionOptions { Selector = group[i % 3] }, s_realTime))];
        Task<int[]>[] received = [.. subscriptions.Select(async subscription =>
        {
            var values = new List<int>();
            await foreach (SignalInfo info in subscription)
            {
                values.Add(info.IntValue);
                if (values.Count == Signals)
                    break;
            }

            return values.Order().ToArray();
        })];
        for (int i = 0; i < Signals; i++)
            Raise.Queue(s_realTime, i);
        foreach (int[] values in await Task.WhenAll(received))
            Assert.Equal(Enumerable.Range(0, Signals), values);
        Assert.All(subscriptions, subscription => Assert.Equal(0, subscription.Dropped));
        foreach (SignalSubscription subscription in subscriptions)
            subscription.Dispose();
    }

    [Fact]
    public async Task Several_waits_share_the_signals()
    {
        using var subscription = SignalSubscription.Open(s_realTime);
        Task<SignalInfo>[] waits = [.. Enumerable.Range(0, 20).Select(_ => subscription.WaitAsync().AsTask())];
        for (int i = 0; i < waits.Length; i++)
            Raise.Queue(s_realTime, i);
        SignalInfo[] infos = await Task.WhenAll(waits);
        Assert.Equal(Enumerable.Range(0, waits.Length), infos.Select(info => info.IntValue).Order());
    }

    [Fact] // CHECKLIST 78
    public void What_a_slow_consumer_has_no_room_for_is_counted()
    {
        using var subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Capacity = 1 }, s_realTime);
        int sent = subscription.Capacity + 10;
        for (int i = 0; i < sent; i++)
            Raise.Thread(s_realTime);

        Assert.Equal(10, subscription.Dropped);
        int taken = 0;
        while (subscription.TryTake(out _))
            taken++;
        Assert.Equal(subscription.Capacity, taken);
        subscription.Dispose();
        Assert.Equal(10, subscription.Dropped);
    }

    [Fact] // CHECKLIST 78
    public void What_was_lost_is_told_after_the_selectors_end_as_well()
    {
        using var selector = Selector.Start();
        using var subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Capacity = 1, Selector = selector }, s_realTime);
        using var other = SignalSubscription.Open(s_realTime); // so that nothing is raised again
        for (int i = 0; i < subscription.Capacity + 10; i++)
            Raise.Thread(s_realTime);
        selector.Dispose();
        Assert.Equal(10, subscription.Dropped);
        while (other.TryTake(out _))
            ;
    }

    [Fact] // CHECKLIST 79
    public async Task Nobody_sleeps_beside_signals_that_another_one_has_read()
    {
        using var subscription = SignalSubscription.Open(s_realTime);
        for (int round = 0; round < 300; round++)
        {
            // Some wait, one takes, one gives up, while the signals come; who has one that was meant for a wait sends another.
            Task<SignalInfo>[] waits = [.. Enumerable.Range(0, 1 + round % 5).Select(_ => Task.Run(() => subscription.WaitAsync().AsTask()))];
            using var given = new CancellationTokenSource();
            Task<SignalInfo> cancelled = subscription.WaitAsync(given.Token).AsTask();
            for (int i = 0; i < waits.Length; i++)
                Raise.Queue(s_realTime, i);
            if (subscription.TryTake(out _))
                Raise.Queue(s_realTime, -1);
            given.Cancel();
            if (await Task.WhenAny(cancelled) is { IsCompletedSuccessfully: true })
                Raise.Queue(s_realTime, -2);
            await Task.WhenAll(waits).WaitAsync(TimeSpan.FromMilliseconds(Until.Patience));
            Assert.False(subscription.TryTake(out _));
        }
    }

    [Fact] // CHECKLIST 78
    public void The_oldest_may_be_dropped_instead_and_every_one_is_accounted_for()
    {
        using var subscription = SignalSubscription.Open(
            new SignalSubscriptionOptions { Capacity = 100, Overflow = SignalOverflow.DropOldest }, s_realTime);
        int sent = 3 * subscription.Capacity + 5;
        Libc.Block(true, SignalMask.Of([s_realTime]));
        for (int i = 0; i < sent; i++)
            Raise.Queue(s_realTime, i);
        Libc.Block(false, SignalMask.Of([s_realTime]));

        var values = new List<int>();
        Until.True(
            () =>
            {
                while (subscription.TryTake(out SignalInfo info))
                    values.Add(info.IntValue);
                return values.Count + subscription.Dropped == sent;
            },
            "every signal");
        Assert.True(subscription.Dropped > 0);
        Assert.Equal(values.Count, values.Distinct().Count());
    }

    [Fact]
    public async Task A_descriptors_signal_tells_which_and_for_what_it_is_ready()
    {
        using var subscription = SignalSubscription.Open(s_realTime);
        using var pipe = new TestPipe();
        Libc.SignalWhenReady(pipe.ReadEnd.Descriptor, s_realTime);
        Assert.Equal(1, pipe.Write());
        SignalInfo info = await subscription.WaitAsync();
        Assert.Equal(pipe.ReadEnd.Descriptor, info.FileDescriptor);
        Assert.True(info.Band.HasFlag(PollEvents.Read), info.Band.ToString());
    }

    [Fact] // CHECKLIST 79
    public async Task A_cancelled_wait_loses_nothing()
    {
        const int Count = 2000;
        using var subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Capacity = Count }, s_realTime);
        var sender = new Thread(() =>
        {
            for (int i = 0; i < Count; i++)
                Raise.Queue(s_realTime, i);
        });
        sender.Start();

        var values = new SortedSet<int>();
        int cancelled = 0;
        while (values.Count < Count)
        {
            using var source = new CancellationTokenSource();
            Task<SignalInfo> wait = Task.Run(() => subscription.WaitAsync(source.Token).AsTask());
            Thread.SpinWait(values.Count);
            source.Cancel();
            try
            {
                Assert.True(values.Add((await wait).IntValue));
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        sender.Join();
        Assert.Equal(Enumerable.Range(0, Count), values);
        Assert.False(subscription.TryTake(out _));

        ValueTask<SignalInfo> last = subscription.WaitAsync(new CancellationToken(canceled: true));
        Assert.True(last.IsCanceled);
    }

    [Fact]
    public async Task Cancelling_an_enumeration_gives_the_callers_token_and_the_next_one_goes_on()
    {
        using var subscription = SignalSubscription.Open(SIGUSR1);
        using var source = new CancellationTokenSource();
        await using (IAsyncEnumerator<SignalInfo> signals = subscription.GetAsyncEnumerator(source.Token))
        {
            ValueTask<bool> next = signals.MoveNextAsync();
            Assert.False(next.IsCompleted);
            source.Cancel();
            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(next.AsTask);
            Assert.Equal(source.Token, exception.CancellationToken);
        }

        Raise.Thread(SIGUSR1);
        await using IAsyncEnumerator<SignalInfo> others = subscription.GetAsyncEnumerator();
        Assert.True(await others.MoveNextAsync());
        Assert.Equal(SIGUSR1, others.Current.Signal);
    }

    [Fact]
    public async Task Disposing_ends_waits_by_exception_and_enumerations_quietly()
    {
        var subscription = SignalSubscription.Open(SIGUSR1);
        ValueTask<SignalInfo> wait = subscription.WaitAsync();
        IAsyncEnumerator<SignalInfo> signals = subscription.GetAsyncEnumerator();
        ValueTask<bool> next = signals.MoveNextAsync();

        subscription.Dispose();
        subscription.Dispose();

        var exception = await Assert.ThrowsAsync<ObjectDisposedException>(wait.AsTask);
        Assert.Equal(typeof(SignalSubscription).FullName, exception.ObjectName);
        Assert.False(await next);
        Assert.Throws<ObjectDisposedException>(() => subscription.GetAsyncEnumerator());
        Assert.Throws<ObjectDisposedException>(() => subscription.TryTake(out _));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => subscription.WaitAsync().AsTask());
    }

    [Fact]
    public async Task A_disposed_selector_ends_waits()
    {
        var selector = Selector.Start();
        using var subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector }, SIGUSR1);
        ValueTask<SignalInfo> wait = subscription.WaitAsync();
        selector.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(wait.AsTask);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => subscription.WaitAsync().AsTask());
    }

    [Fact]
    public void Handlers_and_descriptors_are_given_back_after_failures_too()
    {
        ulong caught = ProcessStatus.Read().Caught;
        SignalSubscription.Open(SIGUSR1).Dispose();
        int descriptors = Directory.GetFiles("/proc/self/fd").Length;

        var subscriptions = new List<SignalSubscription>();
        while (subscriptions.Count < 64)
            subscriptions.Add(SignalSubscription.Open(SIGHUP, SIGUSR1, SIGWINCH, s_realTime));
        var refusal = Assert.Throws<LinuxEventsException>(() => SignalSubscription.Open(SIGHUP, SIGUSR1));
        Assert.Equal(16, refusal.Errno);
        subscriptions.ForEach(subscription => subscription.Dispose());

        using var disposed = new Selector();
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SignalSubscription.Open(new SignalSubscriptionOptions { Selector = disposed }, SIGHUP));

        Assert.Equal(descriptors, Directory.GetFiles("/proc/self/fd").Length);
        // SIGCONT is the runtime's from its first registration on.
        Assert.Equal(caught | SignalMask.Bit((int)SIGCONT), ProcessStatus.Read().Caught | SignalMask.Bit((int)SIGCONT));
    }

    [Fact]
    public async Task A_wait_on_the_loop_goes_on_there_and_allocates_nothing()
    {
        using var selector = Selector.Start();
        using var subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector }, SIGUSR1);
        using var waiting = new AutoResetEvent(false);
        const int Rounds = 1000;
        var sender = new Thread(() =>
        {
            for (int i = 0; i < 2 * Rounds; i++)
            {
                waiting.WaitOne();
                Raise.Process(SIGUSR1);
            }
        });
        sender.Start();

        long allocated = await selector.InvokeAsync(async () =>
        {
            await Receive();
            long before = GC.GetAllocatedBytesForCurrentThread();
            await Receive();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        sender.Join();

        // The second call of Receive allocates for itself.
        Assert.InRange(allocated, 0, Rounds);

        async Task Receive()
        {
            for (int i = 0; i < Rounds; i++)
            {
                ValueTask<SignalInfo> wait = subscription.WaitAsync();
                Assert.False(wait.IsCompleted);
                waiting.Set();
                await wait;
                Assert.True(selector.IsLoopThread);
            }
        }
    }

    private static uint RealUser() =>
        uint.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]);
}
