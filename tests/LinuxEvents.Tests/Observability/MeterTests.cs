using System.Diagnostics.Metrics;

namespace LinuxEvents.Tests;

/// <summary>The meter "LinuxEvents", as a listener sees it.</summary>
public sealed class MeterTests : IDisposable
{
    private const string Prefix = "linuxevents.selector.";

    private readonly string _name = $"meter {Guid.NewGuid()}";
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = [];
    private readonly List<double> _turns = [];
    private long _recorded;

    public MeterTests()
    {
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void What_the_statistics_say_is_measured_by_the_selectors_name()
    {
        Listen(static _ => true);
        using Selector selector = Make();
        using var pipe = new TestPipe();
        using FdRegistration reading = selector.Register(pipe.ReadEnd);
        Work(selector, pipe, reading);
        Task waiting = reading.WaitAsync(PollEvents.Read, TimeSpan.FromHours(1)).AsTask();
        selector.Post(static () => { });
        SelectorStatistics statistics = selector.GetStatistics();
        _listener.RecordObservableInstruments();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["turns"] = statistics.Turns,
                ["events"] = 1,
                ["posts"] = statistics.Posts,
                ["timers"] = 1,
                ["wakeups"] = 0,
                ["stalls"] = 0,
                ["time idle"] = statistics.Idle.TotalSeconds,
                ["time busy"] = statistics.Busy.TotalSeconds,
                ["registrations"] = 1,
                ["pending_waits"] = 1,
                ["pending_timers"] = 1,
                ["pending_posts"] = 1,
            },
            _values);
        Assert.Equal(statistics.Turns, _turns.Count);
        // What runs before the first turn may have been longer.
        Assert.InRange(_turns.Max(), 0, statistics.LongestTurn.TotalSeconds + 1e-6);
    }

    [Fact]
    public void Selectors_of_one_name_are_told_together_and_stay_when_they_end()
    {
        Listen(static instrument => instrument is not Histogram<double>);
        Selector first = Make(), second = Make();
        foreach (Selector selector in (Selector[])[first, second])
        {
            for (int i = 0; i < 5; i++)
                selector.RunOnce(TimeSpan.Zero);
        }

        _listener.RecordObservableInstruments();
        Assert.Equal(10, _values["turns"]);
        first.Dispose();
        second.Dispose();
        _listener.RecordObservableInstruments();
        Assert.Equal(10, _values["turns"]);
        Assert.Equal(first.GetStatistics().Busy.TotalSeconds + second.GetStatistics().Busy.TotalSeconds, _values["time busy"], 1e-6);
        Assert.Equal(0, _values["registrations"]);
    }

    [Fact]
    public void A_selector_that_was_dropped_is_collected_and_its_counts_stay()
    {
        Listen(static instrument => instrument is not Histogram<double>);
        WeakReference dropped = Drop();
        Until.True(
            () =>
            {
                GC.Collect();
                return !dropped.IsAlive;
            },
            "the selector collected");
        _listener.RecordObservableInstruments();
        Assert.Equal(3, _values["turns"]);
    }

    [Fact]
    public void A_turn_allocates_nothing_while_it_is_measured()
    {
        Listen(static _ => true);
        using Selector selector = Make();
        selector.RunUntilComplete(async () =>
        {
            long allocated = long.MaxValue;
            for (int batch = 0; batch < 20 && allocated > 500; batch++)
            {
                if (batch > 0)
                    Compiler.Rest();
                _turns.Clear();
                _turns.EnsureCapacity(2000);
                long before = GC.GetAllocatedBytesForCurrentThread(), recorded = _recorded;
                await Turns(selector);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                // The last one is still under way.
                Assert.True(_recorded - recorded >= 999, $"{_recorded - recorded}");
            }

            // The state machine of the turns themselves, once.
            Assert.InRange(allocated, 0, 500);
        });
    }

    [Fact]
    public void A_listener_that_throws_harms_no_loop()
    {
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidDataException());
        Listen(static instrument => instrument is Histogram<double>);
        var selector = Make();
        selector.RunOnce(TimeSpan.Zero);
        selector.RunOnce(TimeSpan.Zero);
        selector.Dispose();
    }

    [Fact]
    public void It_is_made_when_somebody_could_listen()
    {
        using TestProgram program = TestProgram.Start();
        Assert.Equal("False", program.Do("meter"));
        Assert.Equal("told", program.Do("listen"));
        Assert.Equal("True", program.Do("meter"));
    }

    [Fact]
    public void It_is_made_when_somebody_outside_of_the_process_listens()
    {
        using TestProgram program = TestProgram.Start();
        Assert.Equal("False", program.Do("meter"));
        using var session = new MetricsSession(program.Id, "LinuxEvents");
        session.Await("linuxevents.selector.turns");
    }

    [Fact]
    public void A_listener_that_waits_or_throws_when_it_is_told_of_an_instrument_harms_nobody_who_makes_a_selector()
    {
        using TestProgram program = TestProgram.Start();
        Assert.Equal("12", program.Do("hinder"));
    }

    [Fact]
    public void It_does_not_keep_an_assembly_that_is_unloaded()
    {
        using TestProgram program = TestProgram.Start();
        Assert.Equal("True", program.Do("unload"));
        Assert.Equal("False", program.Do("meter"));
        Assert.Equal("told", program.Do("listen"));
        Assert.Equal("True", program.Do("unload"));
    }

    private static async Task Turns(Selector selector)
    {
        for (int i = 0; i < 1000; i++)
            await selector.DelayAsync(TimeSpan.Zero);
    }

    private static void Work(Selector selector, TestPipe pipe, FdRegistration reading) => selector.RunUntilComplete(async () =>
    {
        pipe.Write();
        await reading.WaitAsync(PollEvents.Read);
        pipe.Read();
        await selector.DelayAsync(TimeSpan.FromMilliseconds(1));
        await Task.Yield();
    });

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference Drop()
    {
        Selector selector = Make();
        for (int i = 0; i < 3; i++)
            selector.RunOnce(TimeSpan.Zero);
        return new WeakReference(selector);
    }

    private Selector Make() => new(new SelectorOptions { Name = _name });

    private void Listen(Func<Instrument, bool> wanted)
    {
        bool made = false;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "LinuxEvents" && wanted(instrument))
                listener.EnableMeasurementEvents(instrument);
            if (instrument.Name == Prefix + "pending_posts")
                Volatile.Write(ref made, true);
        };
        _listener.Start();
        new Selector().Dispose();
        Until.True(() => Volatile.Read(ref made), "the meter's last instrument, which another test's selector may be about to make");
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!ReferenceEquals(tags[0].Value, _name) && !_name.Equals(tags[0].Value))
            return;
        if (instrument is Histogram<double>)
        {
            _recorded++;
            _turns.Add(value);
        }
        else
        {
            _values[instrument.Name[Prefix.Length..] + (tags.Length > 1 ? $" {tags[1].Value}" : "")] = value;
        }
    }
}
