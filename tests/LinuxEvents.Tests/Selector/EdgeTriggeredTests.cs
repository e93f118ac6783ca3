namespace LinuxEvents.Tests;

/// <summary>Edge-triggered registrations, with readiness remembered.</summary>
public sealed class EdgeTriggeredTests : IDisposable
{
    private readonly Selector _selector = new();
    private readonly TestPipe _pipe = new();
    private readonly FdRegistration _reading;

    public EdgeTriggeredTests() => _reading = _selector.Register(_pipe.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.Edge });

    public void Dispose()
    {
        _selector.Dispose();
        _pipe.Dispose();
    }

    [Fact] // CHECKLIST 19
    public void What_is_ready_completes_at_once_until_it_is_drained()
    {
        _pipe.Write(2);
        _selector.RunUntilComplete(async () =>
        {
            Assert.Equal(PollEvents.Read, await _reading.WaitAsync(PollEvents.Read));
            Assert.True(_reading.WaitAsync(PollEvents.Read).IsCompletedSuccessfully);

            long sequence = _reading.Sequence;
            Assert.Equal(2, _pipe.Read(10));
            Assert.True(_pipe.Read() < 0);
            _reading.MarkDrained(PollEvents.Read, sequence);
            Task<PollEvents> waiting = _reading.WaitAsync(PollEvents.Read).AsTask();
            Assert.False(waiting.IsCompleted);
            _pipe.Write();
            Assert.Equal(PollEvents.Read, await waiting);
        });
    }

    [Fact]
    public void An_edge_between_EAGAIN_and_the_wait_is_not_lost()
    {
        _pipe.Write();
        _selector.RunUntilComplete(async () =>
        {
            await _reading.WaitAsync(PollEvents.Read);
            long sequence = _reading.Sequence;
            _pipe.Read();
            Assert.True(_pipe.Read() < 0);
            _pipe.Write();
            while (_reading.Sequence == sequence)
                await _selector.DelayAsync(TimeSpan.Zero);
            _reading.MarkDrained(PollEvents.Read, sequence);
            Assert.True(_reading.WaitAsync(PollEvents.Read).IsCompletedSuccessfully);
        });
    }

    [Fact]
    public void Ready_waits_make_no_turn_necessary()
    {
        _pipe.Write();
        _selector.RunUntilComplete(async () =>
        {
            await _reading.WaitAsync(PollEvents.Read);
            long turn = _selector.Turn;
            for (int i = 0; i < 100; i++)
                await _reading.WaitAsync(PollEvents.Read);
            Assert.Equal(turn, _selector.Turn);
        });
    }

    [Fact]
    public void A_continuation_that_throws_takes_the_edge_from_nobody()
    {
        List<Exception> seen = [];
        using var selector = new Selector(new SelectorOptions { UnhandledException = seen.Add });
        using FdRegistration reading = selector.Register(_pipe.ReadEnd, new RegistrationOptions { Trigger = TriggerMode.Edge });
        selector.RunOnce(TimeSpan.Zero);
        Task<PollEvents>? second = null;
        selector.RunUntilComplete(() =>
        {
            System.Runtime.CompilerServices.ValueTaskAwaiter<PollEvents> first = reading.WaitAsync(PollEvents.Read).GetAwaiter();
            first.UnsafeOnCompleted(static () => throw new InvalidDataException());
            second = reading.WaitAsync(PollEvents.Read).AsTask();
            _pipe.Write();
            return second;
        });
        Assert.IsType<InvalidDataException>(Assert.Single(seen));
        Assert.Equal(PollEvents.Read, second!.Result);
    }

    [Fact]
    public void A_hang_up_that_has_passed_is_forgotten_with_the_next_report()
    {
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        using FdRegistration registration = _selector.Register(client.SafeHandle, new RegistrationOptions { Trigger = TriggerMode.Edge });
        _selector.RunUntilComplete(async () =>
        {
            // A socket that was never connected is hung up.
            Assert.True((await registration.WaitAsync(PollEvents.Read)).HasFlag(PollEvents.Close));
            long sequence = registration.Sequence;
            client.Connect(listener.LocalEndPoint!);
            while (registration.Sequence == sequence)
                await _selector.DelayAsync(TimeSpan.Zero);
            registration.MarkDrained(PollEvents.Read, registration.Sequence);
            Assert.False(registration.WaitAsync(PollEvents.Read).IsCompleted);
        });
    }

    [Fact]
    public void A_stream_of_bytes_from_another_thread_arrives_whole()
    {
        const int Total = 20_000;
        var writer = new Thread(() =>
        {
            for (int i = 0; i < Total;)
                i += Math.Max(0, _pipe.Write());
        });
        writer.Start();
        int got = 0;
        _selector.RunUntilComplete(async () =>
        {
            while (got < Total)
            {
                long sequence = _reading.Sequence;
                int count = _pipe.Read(64);
                if (count > 0)
                {
                    got += count;
                    continue;
                }

                _reading.MarkDrained(PollEvents.Read, sequence);
                await _reading.WaitAsync(PollEvents.Read);
            }
        });
        writer.Join();
        Assert.Equal(Total, got);
    }
}
