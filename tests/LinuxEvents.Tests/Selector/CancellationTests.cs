namespace LinuxEvents.Tests;

/// <summary>Cancelling, timing out and disposing under waits.</summary>
public sealed class CancellationTests : IDisposable
{
    private readonly Selector _selector = new();
    private readonly TestPipe _pipe = new();
    private readonly FdRegistration _reading;

    public CancellationTests() => _reading = _selector.Register(_pipe.ReadEnd);

    public void Dispose()
    {
        _selector.Dispose();
        _pipe.Dispose();
    }

    [Fact] // CHECKLIST 23
    public void A_cancelled_token_cancels_at_once()
    {
        ValueTask<PollEvents> waiting = _reading.WaitAsync(PollEvents.Read, new CancellationToken(canceled: true));
        Assert.True(waiting.IsCanceled);
    }

    [Theory] // CHECKLIST 6
    [InlineData(0)]
    [InlineData(1)]
    public void Cancelling_one_waiter_leaves_the_other_armed(int cancelled)
    {
        using CancellationTokenSource first = new(), second = new();
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents>[] waits = [_reading.WaitAsync(PollEvents.Read, first.Token).AsTask(), _reading.WaitAsync(PollEvents.Read, second.Token).AsTask()];
            CancellationTokenSource chosen = cancelled == 0 ? first : second;
            chosen.Cancel();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits[cancelled]);
            Assert.Equal(chosen.Token, error.CancellationToken);
            Assert.False(waits[1 - cancelled].IsCompleted);
            _pipe.Write();
            Assert.Equal(PollEvents.Read, await waits[1 - cancelled]);
        });
    }

    [Fact] // CHECKLIST 7
    public void A_continuation_that_cancels_another_wait_of_the_same_batch_is_obeyed()
    {
        using var cancellation = new CancellationTokenSource();
        using var other = new TestPipe();
        using FdRegistration second = _selector.Register(other.ReadEnd);
        _selector.RunUntilComplete(async () =>
        {
            async Task<PollEvents> CancelsTheOther(FdRegistration registration)
            {
                PollEvents events = await registration.WaitAsync(PollEvents.Read, cancellation.Token);
                cancellation.Cancel();
                return events;
            }

            Task<PollEvents>[] waits = [CancelsTheOther(_reading), CancelsTheOther(second)];
            _pipe.Write();
            other.Write();
            await Task.WhenAny(Task.WhenAll(waits));
            _ = Assert.Single(waits, wait => wait.IsCompletedSuccessfully);
            _ = Assert.Single(waits, wait => wait.IsCanceled);
        });
    }

    [Fact] // CHECKLIST 7
    public void Of_two_waits_on_one_descriptor_the_first_may_cancel_the_second()
    {
        using var cancellation = new CancellationTokenSource();
        _selector.RunUntilComplete(async () =>
        {
            async Task First()
            {
                await _reading.WaitAsync(PollEvents.Read);
                cancellation.Cancel();
            }

            Task first = First();
            Task<PollEvents> second = _reading.WaitAsync(PollEvents.Read, cancellation.Token).AsTask();
            _pipe.Write();
            await first;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        });
    }

    [Fact] // CHECKLIST 8
    public void A_continuation_that_disposes_another_registration_of_the_same_batch_is_obeyed()
    {
        using var other = new TestPipe();
        using FdRegistration second = _selector.Register(other.ReadEnd);
        _selector.RunUntilComplete(async () =>
        {
            async Task<PollEvents> Disposes(FdRegistration mine, FdRegistration others)
            {
                PollEvents events = await mine.WaitAsync(PollEvents.Read);
                others.Dispose();
                return events;
            }

            Task<PollEvents>[] waits = [Disposes(_reading, second), Disposes(second, _reading)];
            _pipe.Write();
            other.Write();
            await Task.WhenAny(Task.WhenAll(waits));
            _ = Assert.Single(waits, wait => wait.IsCompletedSuccessfully);
            Assert.IsType<ObjectDisposedException>(Assert.Single(waits, wait => wait.IsFaulted).Exception!.InnerException);
        });
    }

    [Fact] // CHECKLIST 9
    public void A_continuation_may_dispose_its_own_registration()
    {
        _selector.RunUntilComplete(async () =>
        {
            async Task First()
            {
                await _reading.WaitAsync(PollEvents.Read);
                _reading.Dispose();
            }

            Task first = First();
            Task<PollEvents> second = _reading.WaitAsync(PollEvents.Read).AsTask();
            _pipe.Write();
            await first;
            await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        });
        Assert.True(_reading.WaitAsync(PollEvents.Read).IsFaulted);
    }

    [Fact] // CHECKLIST 12
    public void Disposing_a_registration_ends_its_waits_and_lets_go_of_the_handle()
    {
        var pipe = new TestPipe();
        FdRegistration registration = _selector.Register(pipe.ReadEnd, new RegistrationOptions { OwnsHandle = true });
        Task<PollEvents> waiting = registration.WaitAsync(PollEvents.Read).AsTask();
        registration.Dispose();
        registration.Dispose();
        var error = Assert.Throws<AggregateException>(() => waiting.Wait(CancellationToken.None));
        Assert.IsType<ObjectDisposedException>(error.InnerException);
        Assert.True(pipe.ReadEnd.IsClosed);
        Assert.Equal(0, _selector.RunOnce(TimeSpan.Zero) ? 1 : 0);
        pipe.Dispose();
    }

    [Fact]
    public void A_handle_stays_open_while_it_is_registered()
    {
        var pipe = new TestPipe();
        using FdRegistration registration = _selector.Register(pipe.ReadEnd);
        pipe.ReadEnd.Dispose();
        pipe.Write();
        Assert.Equal(PollEvents.Read, _selector.RunUntilComplete(() => registration.WaitAsync(PollEvents.Read).AsTask()));
        pipe.Dispose();
    }

    [Fact] // CHECKLIST 10
    public void A_reused_descriptor_number_gets_no_stale_event()
    {
        for (int i = 0; i < 100; i++)
        {
            var pipe = new TestPipe();
            FdRegistration old = _selector.Register(pipe.ReadEnd, new RegistrationOptions { OwnsHandle = true });
            int number = pipe.ReadEnd.Descriptor;
            pipe.Write();
            old.Dispose();
            using var next = new TestPipe();
            Assert.Equal(number, next.ReadEnd.Descriptor);
            using FdRegistration registration = _selector.Register(next.ReadEnd);
            _selector.RunUntilComplete(async () =>
            {
                Assert.Equal(PollEvents.None, await registration.WaitAsync(PollEvents.Read, TimeSpan.Zero));
                next.Write();
                Assert.Equal(PollEvents.Read, await registration.WaitAsync(PollEvents.Read));
            });
            pipe.Dispose();
        }
    }

    [Fact] // CHECKLIST 10
    public void An_event_of_the_same_batch_is_not_for_who_has_the_place_and_the_number_of_the_old_registration()
    {
        Descriptors.Settle();
        TestPipe[] pipes = [new TestPipe(), new TestPipe()];
        FdRegistration[] registrations = [.. pipes.Select(pipe => _selector.Register(pipe.ReadEnd, new RegistrationOptions { OwnsHandle = true }))];
        FdRegistration? late = null;
        TestPipe? next = null;
        async Task Replace(int own)
        {
            try
            {
                await registrations[own].WaitAsync(PollEvents.Read);
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            // The other one's event has been collected, too.
            int number = pipes[1 - own].ReadEnd.Descriptor;
            ulong slot = (uint)((IRegistered)registrations[1 - own]).Key;
            registrations[1 - own].Dispose();
            next = new TestPipe();
            Assert.Equal(number, next.ReadEnd.Descriptor);
            late = _selector.Register(next.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.Edge });
            Assert.Equal(slot, (uint)((IRegistered)late).Key);
        }

        _selector.RunUntilComplete(async () =>
        {
            Array.ForEach(pipes, static pipe => pipe.Write());
            await Task.WhenAll(Replace(0), Replace(1));
            Assert.Equal(0, late!.Sequence);
            Assert.Equal(PollEvents.None, await late.WaitAsync(PollEvents.Read, TimeSpan.Zero));
            next!.Write();
            Assert.Equal(PollEvents.Read, await late.WaitAsync(PollEvents.Read));
        });
        late!.Dispose();
        next!.Dispose();
        Array.ForEach(registrations, static registration => registration.Dispose());
        Array.ForEach(pipes, static pipe => pipe.Dispose());
    }

    [Fact] // CHECKLIST 11
    public void Closing_a_descriptor_of_which_a_copy_lives_leaves_no_event_behind()
    {
        var pipe = new TestPipe();
        int copy = LinuxEvents.Interop.NativeMethods.lxe_fd_dup(pipe.ReadEnd.Descriptor, -1, 0);
        using var kept = new SafeFdHandle(copy, ownsHandle: true);
        FdRegistration registration = _selector.Register(pipe.ReadEnd, new RegistrationOptions { OwnsHandle = true });
        pipe.Write();
        Assert.Equal(PollEvents.Read, DescriptorWait.Look(_selector.EpollDescriptor));
        registration.Dispose();
        Assert.False(_selector.RunOnce(TimeSpan.Zero));
        // It is the kernel that must have nothing to report: events of unknown registrations are passed over.
        Assert.Equal(PollEvents.None, DescriptorWait.Look(_selector.EpollDescriptor));
        pipe.Dispose();
    }

    [Fact] // CHECKLIST 25
    public void A_timeout_gives_None_and_is_never_early()
    {
        _selector.RunUntilComplete(async () =>
        {
            var span = TimeSpan.FromMilliseconds(3);
            for (int i = 0; i < 10; i++)
            {
                long start = System.Diagnostics.Stopwatch.GetTimestamp();
                Assert.Equal(PollEvents.None, await _reading.WaitAsync(PollEvents.Read, span));
                Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) >= span);
            }
        });
    }

    [Fact] // CHECKLIST 24
    public void Readiness_wins_over_timeouts_also_when_it_takes_several_turns_to_collect()
    {
        using Selector selector = ManualClock.NewSelector(out ManualClock clock);
        var counters = new List<EventFd>();
        var waits = new List<ValueTask<PollEvents>>();
        for (int i = 0; i < 1100; i++)
        {
            counters.Add(new EventFd(1));
            waits.Add(selector.Register(counters[i].Handle).WaitAsync(PollEvents.Read, TimeSpan.FromSeconds(1)));
        }

        ValueTask delay = selector.DelayAsync(TimeSpan.FromSeconds(1));
        clock.Advance(2_000_000_000);
        while (selector.RunOnce(TimeSpan.Zero))
        {
        }

        Assert.All(waits, wait => Assert.Equal(PollEvents.Read, wait.Result));
        Assert.True(delay.IsCompletedSuccessfully);
        counters.ForEach(static counter => counter.Dispose());
    }

    [Fact] // CHECKLIST 24
    public void Readiness_wins_over_a_timeout_that_is_due_in_the_same_turn()
    {
        using Selector selector = ManualClock.NewSelector(out ManualClock clock);
        using FdRegistration reading = selector.Register(_pipe.ReadEnd);
        selector.RunUntilComplete(async () =>
        {
            Task<PollEvents> waiting = reading.WaitAsync(PollEvents.Read, TimeSpan.FromSeconds(1)).AsTask();
            await Task.Yield();
            _pipe.Write();
            clock.Advance(2_000_000_000);
            Assert.Equal(PollEvents.Read, await waiting);
        });
        Assert.Equal(0, selector.Timers.Count);
    }

    [Fact]
    public void An_infinite_timeout_arms_no_timer()
    {
        _selector.RunUntilComplete(async () =>
        {
            Task<PollEvents> forever = _reading.WaitAsync(PollEvents.Read, Timeout.InfiniteTimeSpan).AsTask();
            Task<PollEvents> huge = _reading.WaitAsync(PollEvents.Read, TimeSpan.MaxValue).AsTask();
            Assert.Equal(0, _selector.Timers.Count);
            _pipe.Write();
            await Task.WhenAll(forever, huge);
        });
    }

    [Fact]
    public void A_wait_that_is_awaited_twice_still_completes_for_the_first()
    {
        ValueTask<PollEvents> wait = _reading.WaitAsync(PollEvents.Read);
        Task<PollEvents> first = wait.AsTask();
        Assert.Throws<InvalidOperationException>(() => { _ = wait.AsTask(); });
        _pipe.Write();
        Assert.Equal(PollEvents.Read, _selector.RunUntilComplete(() => first));
    }

    [Fact] // CHECKLIST 25
    public void A_zero_timeout_sees_what_is_ready_also_when_a_timer_is_due_in_the_same_turn()
    {
        _selector.RunUntilComplete(async () =>
        {
            using var second = new TestPipe();
            using FdRegistration ready = _selector.Register(second.ReadEnd);
            second.Write();
            for (int i = 0; i < 100; i++)
            {
                // A turn whose batch holds both the first pipe's event and the clock's.
                Task delay = _selector.DelayAsync(TimeSpan.FromMicroseconds(1)).AsTask();
                Task<PollEvents> first = _reading.WaitAsync(PollEvents.Read).AsTask();
                _pipe.Write();
                Thread.SpinWait(2000);
                await first;
                Assert.Equal(PollEvents.Read, await ready.WaitAsync(PollEvents.Read, TimeSpan.Zero));
                await delay;
                _pipe.Read();
            }
        });
    }

    [Fact]
    public void An_awaited_wait_cannot_be_awaited_again()
    {
        _pipe.Write();
        _selector.RunUntilComplete(async () =>
        {
            ValueTask<PollEvents> wait = _reading.WaitAsync(PollEvents.Read);
            await wait;
#pragma warning disable CA2012 // That is the point.
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await wait);
#pragma warning restore CA2012
        });
    }
}
