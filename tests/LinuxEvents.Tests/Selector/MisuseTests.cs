namespace LinuxEvents.Tests;

/// <summary>What is asked of the selector in vain: each is the documented exception, and never a hang.</summary>
public sealed class MisuseTests
{
    private static readonly TimeSpan s_negative = TimeSpan.FromMilliseconds(-2);

    [Fact]
    public void Negative_times()
    {
        using var selector = new Selector();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        Assert.Throws<ArgumentOutOfRangeException>(() => selector.RunOnce(s_negative));
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = selector.DelayAsync(s_negative); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = reading.WaitAsync(PollEvents.Read, s_negative); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = selector.WaitAnyAsync([new(reading, PollEvents.Read)], s_negative); });
        Assert.False(reading.HasWaits);
    }

    [Fact]
    public void Handles_that_hold_nothing_or_are_closed_by_any_of_the_ways()
    {
        using var selector = new Selector();
        Assert.Throws<ArgumentNullException>(() => selector.Register(null!));
        Assert.Throws<ArgumentException>(() => selector.Register(new SafeFdHandle()));
        var pipe = new TestPipe();
        pipe.Dispose();
        Assert.Throws<ObjectDisposedException>(() => selector.Register(pipe.ReadEnd));

        // Closed behind the handle's back, while it is registered: the wait that has to arm says so.
        using var other = new TestPipe();
        using FdRegistration writing = selector.Register(other.WriteEnd);
        int number = other.WriteEnd.Descriptor;
        Assert.Equal(0, LinuxEvents.Interop.NativeMethods.lxe_fd_close_take(number));
        ValueTask<PollEvents> wait = writing.WaitAsync(PollEvents.Write);
        Assert.True(wait.IsFaulted);
        var error = Assert.IsType<LinuxEventsException>(wait.AsTask().Exception!.InnerException);
        // Another thread of the runtime may have been given the number.
        Assert.True(error.Errno is LinuxEvents.Interop.Errno.EBADF or LinuxEvents.Interop.Errno.ENOENT, error.Message);
        other.WriteEnd.SetHandleAsInvalid();
    }

    [Fact]
    public void A_selector_that_is_disposed()
    {
        var selector = new Selector();
        using var pipe = new TestPipe();
        FdRegistration reading = selector.Register(pipe.ReadEnd);
        selector.Dispose();
        selector.Dispose();
        Assert.Throws<ObjectDisposedException>(() => selector.Register(pipe.WriteEnd));
        Assert.Throws<ObjectDisposedException>(selector.Run);
        Assert.Throws<ObjectDisposedException>(() => selector.RunOnce(TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => selector.RunUntilComplete(static () => Task.CompletedTask));
        Assert.Throws<ObjectDisposedException>(() => selector.Post(static () => { }));
        Assert.Throws<ObjectDisposedException>(() => { _ = selector.InvokeAsync(static () => Task.CompletedTask); });
        Assert.Throws<ObjectDisposedException>(() => selector.PollHandle);
        foreach (Task task in (Task[])[
            reading.WaitAsync(PollEvents.Read).AsTask(), reading.WaitAsync(PollEvents.Read, TimeSpan.Zero).AsTask(),
            selector.DelayAsync(TimeSpan.Zero).AsTask(), selector.WaitAnyAsync([new(reading, PollEvents.Read)], TimeSpan.Zero).AsTask()])
        {
            Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => task.Wait(CancellationToken.None)).InnerException);
        }

        reading.Dispose();
        reading.Dispose();
    }

    [Fact]
    public void A_loop_that_is_stopped_keeps_waits_for_the_next_run()
    {
        using var selector = new Selector();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        selector.Stop();
        selector.Run();
        Task<PollEvents> wait = reading.WaitAsync(PollEvents.Read).AsTask();
        pipe.Write();
        Assert.False(wait.IsCompleted);
        Assert.Equal(PollEvents.Read, selector.RunUntilComplete(() => wait));
    }

    [Fact] // CHECKLIST 91
    public void A_signal_that_interrupts_the_poll_neither_ends_it_early_nor_makes_it_longer()
    {
        using var selector = new Selector();
        int thread = Libc.gettid();
        int interrupted = 0;
        var span = TimeSpan.FromMilliseconds(40);
        using var begun = new ManualResetEventSlim();
        using System.Runtime.InteropServices.PosixSignalRegistration handled = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            (System.Runtime.InteropServices.PosixSignal)(int)LinuxSignal.SIGCONT, context => context.Cancel = true);
        bool over = false;
        // A signal finds the poll, and the next one is sent when that poll has ended.
        var sender = new Thread(() =>
        {
            begun.Set();
            while (!Volatile.Read(ref over))
            {
                long turn = selector.Turn;
                Until.True(() => ProcFs.Sleeps(thread) || Volatile.Read(ref over), "the poll");
                Libc.Signal(thread, LinuxSignal.SIGCONT);
                Until.True(() => selector.Turn != turn || Volatile.Read(ref over), "the end of the poll");
                interrupted++;
            }
        });
        sender.Start();
        begun.Wait(CancellationToken.None);
        while (interrupted == 0)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            Assert.False(selector.RunOnce(span));
            TimeSpan took = System.Diagnostics.Stopwatch.GetElapsedTime(start);
            Assert.True(took >= span, $"{took}");
        }

        Volatile.Write(ref over, true);
        sender.Join();
    }
}
