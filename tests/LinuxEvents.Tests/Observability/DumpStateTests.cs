namespace LinuxEvents.Tests;

/// <summary>What a selector tells people who look for a fault.</summary>
public sealed class DumpStateTests
{
    [Fact]
    public void Registrations_are_listed_with_their_waits()
    {
        using var selector = new Selector(new SelectorOptions { Name = "dumped" });
        using TestPipe level = new(), edge = new(), once = new(), parked = new();
        using var file = File.OpenHandle("/dev/null");
        using FdRegistration leveled = selector.Register(level.ReadEnd, new RegistrationOptions { Name = "orders" });
        using FdRegistration edged = selector.Register(edge.WriteEnd, new RegistrationOptions { Trigger = TriggerMode.Edge });
        using FdRegistration onced = selector.Register(once.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.OneShot });
        using FdRegistration parking = selector.Register(parked.ReadEnd);
        using FdRegistration always = selector.Register(file);
        Task[] waits =
        [
            leveled.WaitAsync(PollEvents.Read).AsTask(), leveled.WaitAsync(PollEvents.Priority, TimeSpan.FromHours(1)).AsTask(),
            onced.WaitAsync(PollEvents.Read).AsTask(),
        ];
        parked.Write();
        selector.RunOnce(TimeSpan.Zero);
        selector.Post(static () => { });
        string[] lines = selector.DumpState().TrimEnd().Split(Environment.NewLine);
        Assert.Equal("selector dumped: nobody runs it", lines[0]);
        Assert.Matches("^  turns 1, events 2, posts 0, timers 0, wake-ups 0$", lines[1]);
        Assert.Matches(@"^  idle 0\.000 ms, busy \d+\.\d+ ms, longest turn \d+\.\d+ ms, stalls 0$", lines[2]);
        Assert.Equal("  pending posts 1", lines[3]);
        Assert.Matches(@"^  pending timers 1, the next one due in 3\d{6}\.\d+ ms$", lines[4]);
        Assert.Equal("  registrations 5, waits 3", lines[5]);
        Assert.Equal(
            [
                $"    {leveled}: level-triggered, armed for Read, Priority; 2 waiting for Read, Priority",
                $"    {edged}: edge-triggered, ready for Write, sequence 1",
                $"    {onced}: one-shot, armed for Read; 1 waiting for Read",
                $"    {parking}: level-triggered, parked",
                $"    {always}: always ready",
            ],
            lines[6..]);
        Assert.All(waits, static wait => Assert.False(wait.IsCompleted));
    }

    [Fact]
    public void A_registration_that_reports_too_often_is_listed_as_paused()
    {
        using var selector = new Selector();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd, new RegistrationOptions { RateLimit = new RateLimit(1, TimeSpan.FromHours(1)) });
        pipe.Write();
        selector.RunUntilComplete(async () => await reading.WaitAsync(PollEvents.Read));
        Task second = reading.WaitAsync(PollEvents.Read).AsTask();
        selector.RunOnce(TimeSpan.Zero);
        Assert.Contains($"    {reading}: paused by its rate limit; 1 waiting for Read", selector.DumpState(), StringComparison.Ordinal);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void A_loop_that_sleeps_or_is_stuck_says_so()
    {
        Selector selector = Selector.Start(new SelectorOptions { Name = "dumped", BlockingWait = BlockingWaitPolicy.Allow });
        Until.True(() => selector.DumpState().StartsWith("selector dumped: asleep for ", StringComparison.Ordinal), selector.DumpState);
        using var release = new ManualResetEventSlim();
        selector.Post(release.Wait);
        Until.True(
            () => selector.DumpState().Contains(" with System.Threading.ManualResetEventSlim.Wait" + Environment.NewLine, StringComparison.Ordinal),
            selector.DumpState);
        Assert.Matches(@"^selector dumped: busy for \d+\.\d{3} ms with ", selector.DumpState());
        release.Set();
        selector.Dispose();
        Assert.StartsWith("selector dumped: disposed", selector.DumpState(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_may_be_asked_for_at_any_moment()
    {
        using Selector selector = Selector.Start();
        using var stop = new CancellationTokenSource();
        Task work = selector.InvokeAsync(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var pipe = new TestPipe();
                using FdRegistration reading = selector.Register(pipe.ReadEnd);
                pipe.Write();
                await reading.WaitAsync(PollEvents.Read, TimeSpan.FromHours(1));
                await selector.DelayAsync(TimeSpan.Zero);
            }
        });
        for (int i = 0; i < 3000; i++)
            Assert.StartsWith("selector ", selector.DumpState(), StringComparison.Ordinal);
        await stop.CancelAsync();
        await work;
    }
}
