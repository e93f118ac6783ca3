namespace LinuxEvents.Tests;

/// <summary>What one callback throws leaves everything else as promised.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hook_that_always_throws_leaves_nothing_undone(bool before)
    {
        Action<Selector> hook = static _ => throw new InvalidDataException();
        int thrown = 0, posted = 0;
        using var selector = new Selector(new SelectorOptions
        {
            BeforePoll = before ? hook : null,
            AfterPoll = before ? null : hook,
            UnhandledException = error => thrown += error is InvalidDataException ? 1 : 0,
        });
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        pipe.Write();
        selector.Post(() => posted++);
        Assert.True(selector.RunOnce(TimeSpan.Zero));
        Assert.Equal((1, 1), (thrown, posted));
        selector.RunUntilComplete(async () =>
        {
            Assert.Equal(PollEvents.Read, await reading.WaitAsync(PollEvents.Read));
            await selector.DelayAsync(TimeSpan.FromTicks(1));
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_throws_in_every_turn_starves_neither_timers_nor_posts(bool timers)
    {
        int thrown = 0, posted = 0, fired = 0;
        using var selector = new Selector(new SelectorOptions { UnhandledException = error => thrown += error is InvalidDataException ? 1 : 0 });
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.OneShot, Continuations = ContinuationMode.Loop });
        pipe.Write();
        LoopTimer? timer = null;
        timer = new LoopTimer(selector, _ =>
        {
            timer!.StartAt(0);
            throw new InvalidDataException();
        });
        void Again() => Continue(reading.WaitAsync(PollEvents.Read), () =>
        {
            if (thrown < 30)
                Again();
            throw new InvalidDataException();
        });
        if (timers)
            timer.StartAt(0);
        else
            Again();
        new LoopTimer(selector, _ => fired++).StartAt(0);
        while (thrown < 10)
            selector.RunOnce(Timeout.InfiniteTimeSpan);
        selector.Post(() => posted++);
        while (thrown < 20)
            selector.RunOnce(Timeout.InfiniteTimeSpan);
        Assert.Equal((1, 1), (fired, posted));
    }

    [Fact]
    public void Disposing_ends_all_waits_though_an_inline_continuation_throws()
    {
        using var selector = new Selector();
        using var pipe = new TestPipe();
        FdRegistration reading = selector.Register(pipe.ReadEnd, new RegistrationOptions { Continuations = ContinuationMode.Inline });
        int ended = 0;
        Continue(reading.WaitAsync(PollEvents.Read), static () => throw new InvalidDataException());
        Continue(reading.WaitAsync(PollEvents.Read), () => ended++);
        Assert.Throws<InvalidDataException>(reading.Dispose);
        Assert.Equal(1, ended);
    }

    [Fact]
    public void A_selector_ends_all_waits_and_delays_though_inline_continuations_throw()
    {
        using var first = new TestPipe();
        using var second = new TestPipe();
        List<Exception> thrown = [];
        int ended = 0;
        var selector = new Selector(new SelectorOptions { Continuations = ContinuationMode.Inline, UnhandledException = thrown.Add });
        FdRegistration reading = selector.Register(first.ReadEnd), other = selector.Register(second.ReadEnd);
        Continue(reading.WaitAsync(PollEvents.Read), static () => throw new InvalidDataException());
        Continue(reading.WaitAsync(PollEvents.Read), () => ended++);
        Continue(other.WaitAsync(PollEvents.Read), () => ended++);
        selector.DelayAsync(TimeSpan.FromDays(1)).GetAwaiter().OnCompleted(static () => throw new InvalidDataException());
        selector.DelayAsync(TimeSpan.FromDays(2)).GetAwaiter().OnCompleted(() => ended++);
        selector.Dispose();
        Assert.Equal(3, ended);
        Assert.Equal(2, thrown.Count);
        // Nothing is left to be taken out of a set that is closed.
        reading.Dispose();
        other.Dispose();
    }

    [Fact]
    public void What_was_posted_is_run_to_the_end_though_all_of_it_throws()
    {
        int thrown = 0;
        var selector = new Selector(new SelectorOptions { UnhandledException = _ => thrown++ });
        for (int i = 0; i < 5000; i++)
            selector.Post(static () => throw new InvalidDataException());
        selector.Dispose();
        Assert.Equal(5000, thrown);
    }

    [Fact]
    public void The_shared_selector_can_be_had_once_descriptors_are_left_again()
    {
        using TestProgram program = TestProgram.StartWithDescriptors(200);
        Assert.Equal("24 LinuxEvents", program.Do("shared"));
    }

    private static void Continue(ValueTask<PollEvents> wait, Action continuation) => wait.GetAwaiter().OnCompleted(continuation);
}
