namespace LinuxEvents.Tests;

/// <summary>Where the code behind a wait runs, by option.</summary>
public sealed class ContinuationTests : IDisposable
{
    private readonly TestPipe _pipe = new();

    public void Dispose() => _pipe.Dispose();

    [Fact]
    public async Task On_the_loop_although_begun_elsewhere()
    {
        using Selector selector = Selector.Start();
        using FdRegistration reading = Register(selector, ContinuationMode.Loop);
        Task<bool> waiting = WaitAsync(reading);
        Assert.False(waiting.IsCompleted);
        _pipe.Write();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task On_the_loop_also_when_it_is_cancelled_elsewhere()
    {
        using Selector selector = Selector.Start();
        using FdRegistration reading = Register(selector, ContinuationMode.Loop);
        using var cancellation = new CancellationTokenSource();
        Task<bool> waiting = WaitAsync(reading, cancellation.Token);
        await cancellation.CancelAsync();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task On_the_thread_pool_although_begun_on_the_loop()
    {
        using Selector selector = Selector.Start();
        using FdRegistration reading = Register(selector, ContinuationMode.ThreadPool);
        Task<bool> waiting = selector.InvokeAsync(() => WaitAsync(reading));
        _pipe.Write();
        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_selectors_option_is_for_delays_and_for_registrations_that_say_nothing_else()
    {
        using Selector selector = Selector.Start(new SelectorOptions { Continuations = ContinuationMode.Loop });
        using FdRegistration reading = Register(selector, null);
        Task<bool> waiting = WaitAsync(reading);
        _pipe.Write();
        Assert.True(await waiting);
        await Task.Run(async () =>
        {
            await selector.DelayAsync(TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
            Assert.True(selector.IsLoopThread);
        });

        using var other = new TestPipe();
        using FdRegistration own = selector.Register(other.ReadEnd, new RegistrationOptions { Continuations = ContinuationMode.ThreadPool });
        Task<bool> elsewhere = selector.InvokeAsync(() => WaitAsync(own));
        other.Write();
        Assert.False(await elsewhere);
    }

    [Fact]
    public void Inline_on_the_thread_that_completes_it()
    {
        using var selector = new Selector();
        using FdRegistration reading = Register(selector, ContinuationMode.Inline);
        using var cancellation = new CancellationTokenSource();
        var own = Environment.CurrentManagedThreadId;
        Task<int> cancelled = ThreadAsync(reading, cancellation.Token);
        cancellation.Cancel();
        Assert.True(cancelled.IsCompleted);
        Assert.Equal(own, cancelled.Result);

        Task<int> ready = Task.Run(() => ThreadAsync(reading, CancellationToken.None), TestContext.Current.CancellationToken);
        Until.True(() => reading.HasWaits, "the wait");
        _pipe.Write();
        selector.RunOnce(Timeout.InfiniteTimeSpan);
        Assert.Equal(own, ready.Result);
    }

    [Fact]
    public void An_unknown_mode_is_refused()
    {
        using var selector = new Selector();
        Assert.Throws<ArgumentOutOfRangeException>(() => Register(selector, (ContinuationMode)4));
        Assert.Throws<ArgumentOutOfRangeException>(() => selector.Register(_pipe.ReadEnd, new RegistrationOptions { Trigger = (TriggerMode)3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Selector(new SelectorOptions { Continuations = (ContinuationMode)4 }));
        Assert.Equal(0, selector.Registrations.Count);
    }

    [Fact]
    public void A_registration_tells_its_name()
    {
        using var selector = new Selector();
        using FdRegistration named = selector.Register(_pipe.ReadEnd, new RegistrationOptions { Name = "input" });
        using FdRegistration nameless = selector.Register(_pipe.WriteEnd);
        Assert.Equal($"input (descriptor {_pipe.ReadEnd.Descriptor})", named.ToString());
        Assert.Equal($"descriptor {_pipe.WriteEnd.Descriptor}", nameless.ToString());
        LinuxEventsException error = Assert.Throws<LinuxEventsException>(() => selector.Register(_pipe.ReadEnd, new RegistrationOptions { Name = "again" }));
        Assert.Contains("again (descriptor", error.Message, StringComparison.Ordinal);
    }

    private FdRegistration Register(Selector selector, ContinuationMode? mode) =>
        selector.Register(_pipe.ReadEnd, new RegistrationOptions { Continuations = mode });

    /// <returns>Whether it continued on the loop.</returns>
    private static async Task<bool> WaitAsync(FdRegistration registration, CancellationToken token = default)
    {
        try
        {
            await registration.WaitAsync(PollEvents.Read, token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }

        return registration.Selector.IsLoopThread;
    }

    /// <returns>The thread on which it continued.</returns>
    private static async Task<int> ThreadAsync(FdRegistration registration, CancellationToken token)
    {
        try
        {
            await registration.WaitAsync(PollEvents.Read, token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }

        return Environment.CurrentManagedThreadId;
    }
}
