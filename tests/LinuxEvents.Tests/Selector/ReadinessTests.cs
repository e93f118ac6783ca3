using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Tests;

/// <summary>What a level-triggered wait promises.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly Selector _selector = new();
    private readonly TestPipe _pipe = new();

    public void Dispose()
    {
        _selector.Dispose();
        _pipe.Dispose();
    }

    [Fact] // CHECKLIST 1
    public void Data_that_is_there_already_completes_the_wait()
    {
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        _pipe.Write();
        Assert.Equal(PollEvents.Read, _selector.RunUntilComplete(() => reading.WaitAsync(PollEvents.Read).AsTask()));
    }

    [Fact] // CHECKLIST 2
    public void Data_that_arrives_during_the_wait_completes_it_once()
    {
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        int completions = 0;
        async Task WaitOnce()
        {
            await reading.WaitAsync(PollEvents.Read);
            completions++;
        }

        _selector.RunUntilComplete(async () =>
        {
            Task waiting = WaitOnce();
            Assert.False(waiting.IsCompleted);
            _pipe.Write();
            await waiting;
        });
        while (_selector.RunOnce(TimeSpan.Zero))
        {
        }

        Assert.Equal(1, completions);
    }

    [Fact] // CHECKLIST 19
    public void A_partial_reader_is_woken_again()
    {
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        _pipe.Write(3);
        _selector.RunUntilComplete(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(PollEvents.Read, await reading.WaitAsync(PollEvents.Read));
                Assert.Equal(1, _pipe.Read());
            }

            Assert.Equal(PollEvents.None, await reading.WaitAsync(PollEvents.Read, TimeSpan.Zero));
        });
    }

    [Fact]
    public void What_was_collected_before_a_wait_began_is_not_for_it()
    {
        using var other = new TestPipe();
        TestPipe[] pipes = [_pipe, other];
        FdRegistration[] registrations = [.. pipes.Select(pipe => _selector.Register(pipe.ReadEnd))];
        Task<PollEvents>? late = null;
        int emptied = -1;
        async Task Empty(int own)
        {
            await registrations[own].WaitAsync(PollEvents.Read);
            if (late is not null)
                return;
            // The loop has both events: the one that comes first takes what the other one is about.
            emptied = 1 - own;
            Assert.Equal(1, pipes[emptied].Read());
            late = registrations[emptied].WaitAsync(PollEvents.Read).AsTask();
        }

        _selector.RunUntilComplete(async () =>
        {
            Array.ForEach(pipes, static pipe => pipe.Write());
            await Task.WhenAll(Empty(0), Empty(1));
            await _selector.DelayAsync(TimeSpan.Zero);
            Assert.False(late!.IsCompleted);
            pipes[emptied].Write();
            Assert.Equal(PollEvents.Read, await late);
        });
        Array.ForEach(registrations, static registration => registration.Dispose());
    }

    [Fact]
    public void Unread_data_does_not_spin_a_loop_without_waiters()
    {
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        _pipe.Write();
        _selector.RunUntilComplete(() => reading.WaitAsync(PollEvents.Read).AsTask());
        int turns = 0;
        while (_selector.RunOnce(TimeSpan.Zero))
            turns++;
        Assert.InRange(turns, 0, 3);
        Assert.Equal(PollEvents.Read, _selector.RunUntilComplete(() => reading.WaitAsync(PollEvents.Read).AsTask()));
    }

    [Fact] // CHECKLIST 15
    public void A_hang_up_does_not_spin_a_loop_without_waiters()
    {
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        _pipe.WriteEnd.Dispose();
        int turns = 0;
        while (_selector.RunOnce(TimeSpan.Zero) && turns < 100)
            turns++;
        Assert.InRange(turns, 0, 4);
        Assert.Equal(PollEvents.Close, _selector.RunUntilComplete(() => reading.WaitAsync(PollEvents.Read).AsTask()));
    }

    [Fact] // CHECKLIST 3
    public void An_empty_pipe_is_writable_and_a_full_one_only_once_drained()
    {
        using FdRegistration writing = _selector.Register(_pipe.WriteEnd);
        Assert.Equal(PollEvents.Write, _selector.RunUntilComplete(() => writing.WaitAsync(PollEvents.Write).AsTask()));
        _pipe.Fill();
        _selector.RunUntilComplete(async () =>
        {
            Assert.Equal(PollEvents.None, await writing.WaitAsync(PollEvents.Write, TimeSpan.Zero));
            Task<PollEvents> waiting = writing.WaitAsync(PollEvents.Write).AsTask();
            await _selector.DelayAsync(TimeSpan.Zero);
            Assert.False(waiting.IsCompleted);
            while (_pipe.Read(4096) > 0)
            {
            }

            Assert.Equal(PollEvents.Write, await waiting);
        });
    }

    [Theory] // CHECKLIST 4
    [InlineData(true)]
    [InlineData(false)]
    public void Reader_and_writer_of_one_descriptor_get_each_their_own(bool readerFirst)
    {
        using var sockets = new TestSocketPair();
        using FdRegistration both = _selector.Register(sockets.Left);
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents>? reading = readerFirst ? both.WaitAsync(PollEvents.Read).AsTask() : null;
            Task<PollEvents> writing = both.WaitAsync(PollEvents.Write).AsTask();
            reading ??= both.WaitAsync(PollEvents.Read).AsTask();
            Assert.Equal(PollEvents.Write, await writing);
            Assert.False(reading.IsCompleted);
            TestPipe.Write(sockets.Right);
            Assert.Equal(PollEvents.Read, await reading);
        });
    }

    [Fact] // CHECKLIST 5
    public void Two_readers_of_one_descriptor_both_wake()
    {
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents> first = reading.WaitAsync(PollEvents.Read).AsTask(), second = reading.WaitAsync(PollEvents.Read).AsTask();
            _pipe.Write();
            Assert.Equal([PollEvents.Read, PollEvents.Read], await Task.WhenAll(first, second));
        });
    }

    [Fact] // CHECKLIST 15
    public void Half_close_and_full_close_are_told_apart()
    {
        using var sockets = new TestSocketPair();
        using FdRegistration left = _selector.Register(sockets.Left);
        _selector.RunUntilComplete(async () =>
        {
            TestSocketPair.Shutdown(sockets.Right);
            Assert.Equal(PollEvents.Read | PollEvents.ReadClose, await left.WaitAsync(PollEvents.Read | PollEvents.ReadClose));
            sockets.Right.Dispose();
            Assert.Equal(PollEvents.Read | PollEvents.Close, await left.WaitAsync(PollEvents.Read));
        });
    }

    [Fact] // CHECKLIST 18
    public void A_closed_reader_is_an_error_to_whoever_waits_to_write()
    {
        using FdRegistration writing = _selector.Register(_pipe.WriteEnd);
        _pipe.Fill();
        _pipe.ReadEnd.Dispose();
        PollEvents events = _selector.RunUntilComplete(() => writing.WaitAsync(PollEvents.Write).AsTask());
        Assert.True(events.HasFlag(PollEvents.Error));
    }

    [Fact] // CHECKLIST 18
    public void An_error_alone_can_be_waited_for()
    {
        using FdRegistration writing = _selector.Register(_pipe.WriteEnd);
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents> waiting = writing.WaitAsync(PollEvents.Error).AsTask();
            await _selector.DelayAsync(TimeSpan.Zero);
            Assert.False(waiting.IsCompleted);
            _pipe.ReadEnd.Dispose();
            Assert.Equal(PollEvents.Error, await waiting);
        });
    }

    [Theory] // CHECKLIST 13
    [InlineData("/dev/null")]
    [InlineData("/proc/self/exe")]
    public void Files_are_ready_at_once(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using FdRegistration registration = _selector.Register(file);
        ValueTask<PollEvents> waiting = registration.WaitAsync(PollEvents.Read | PollEvents.Write);
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(PollEvents.Read | PollEvents.Write, waiting.Result);
    }

    [Fact] // CHECKLIST 14
    public void A_descriptor_that_cannot_be_watched_is_refused_by_name()
    {
        using var closed = new SafeFdHandle(1_000_000, ownsHandle: false);
        var error = Assert.Throws<LinuxEventsException>(() => _selector.Register(closed));
        Assert.Equal(LinuxEvents.Interop.Errno.EBADF, error.Errno);
        Assert.Contains("descriptor 1000000", error.Message, StringComparison.Ordinal);
        Assert.Contains("EBADF", error.Message, StringComparison.Ordinal);

        using var none = new SafeFdHandle(-1, ownsHandle: false);
        Assert.Throws<ArgumentException>(() => _selector.Register(none));

        using FdRegistration first = _selector.Register(_pipe.ReadEnd);
        Assert.Equal(LinuxEvents.Interop.Errno.EEXIST, Assert.Throws<LinuxEventsException>(() => _selector.Register(_pipe.ReadEnd)).Errno);
    }

    [Fact] // CHECKLIST 14
    public void A_set_cannot_be_in_itself_but_in_another()
    {
        using var own = new SafeFdHandle(_selector.EpollDescriptor, ownsHandle: false);
        Assert.Equal(LinuxEvents.Interop.Errno.EINVAL, Assert.Throws<LinuxEventsException>(() => _selector.Register(own)).Errno);

        using var outer = new Selector();
        using FdRegistration nested = outer.Register(own);
        using var outerSet = new SafeFdHandle(outer.EpollDescriptor, ownsHandle: false);
        Assert.Equal(LinuxEvents.Interop.Errno.ELOOP, Assert.Throws<LinuxEventsException>(() => _selector.Register(outerSet)).Errno);

        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        _pipe.Write();
        Assert.Equal(PollEvents.Read, outer.RunUntilComplete(() => nested.WaitAsync(PollEvents.Read).AsTask()));
    }

    [Fact] // CHECKLIST 20
    public void More_ready_descriptors_than_one_batch_holds_are_all_served()
    {
        const int Count = 1500;
        TestCounter[] counters = [.. Enumerable.Range(0, Count).Select(_ => new TestCounter(1))];
        FdRegistration[] registrations = [.. counters.Select(counter => _selector.Register(counter.Handle))];
        int served = 0;
        _selector.RunUntilComplete(() => Task.WhenAll(registrations.Select(async registration =>
        {
            Assert.Equal(PollEvents.Read, await registration.WaitAsync(PollEvents.Read));
            served++;
        })));
        Assert.Equal(Count, served);
        Array.ForEach(registrations, registration => registration.Dispose());
        Array.ForEach(counters, counter => counter.Dispose());
    }

    [Fact] // CHECKLIST 25
    public void A_wait_must_be_for_something()
    {
        using FdRegistration reading = _selector.Register(_pipe.ReadEnd);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = reading.WaitAsync(PollEvents.None); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = reading.WaitAsync((PollEvents)0x100); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = reading.WaitAsync(PollEvents.Read, TimeSpan.FromSeconds(-1)); });
    }
}
