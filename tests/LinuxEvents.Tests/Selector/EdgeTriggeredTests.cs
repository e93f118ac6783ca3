namespace LinuxEvents.Tests;

/// <summary>Edge-triggered registrations, with readiness remembered.</summary>
public sealed class EdgeTriggeredTests : IDisposable
{
    private readonly Selector _selector = new();
    private readonly TestPipe _pipe = new();
    private readonly FdRegistration _reading;

    public EdgeTriggeredTests() => _reading = _selector.Register(_pipe.ReadEnd, new RegistrationOptions { EdgeTriggered = true });

    public void Dispose()
    {
        _selector.Dispose();
        _pipe.Dispose();
    }

    [Fact]
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
            _reading.Drained(PollEvents.Read, sequence);
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
            _reading.Drained(PollEvents.Read, sequence);
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

                _reading.Drained(PollEvents.Read, sequence);
                await _reading.WaitAsync(PollEvents.Read);
            }
        });
        writer.Join();
        Assert.Equal(Total, got);
    }
}
