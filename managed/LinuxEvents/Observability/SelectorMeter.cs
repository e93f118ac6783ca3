using System.Diagnostics.Metrics;

namespace LinuxEvents;

/// <summary>The metrics of all selectors: the meter "LinuxEvents". What is only counted is counted anyway, and told when somebody asks.</summary>
/// <remarks>
/// Each measurement has the tag "linuxevents.selector.name". Selectors of the same name are told together, and stay in the sum
/// when they end: a name is for what a selector does, and not for one of many that come and go.
/// </remarks>
internal static class SelectorMeter
{
    private const string NameTag = "linuxevents.selector.name";
    private const string StateTag = "linuxevents.selector.state";

    // No class constructor makes them: listeners are told of each, and what these do would happen under its lock.
    private static Meter? s_meter;
    private static Histogram<double>? s_turnDuration;

    /// <summary>Makes the meter and its instruments. To be called once.</summary>
    public static void Make()
    {
        s_meter = new Meter("LinuxEvents", typeof(SelectorMeter).Assembly.GetName().Version?.ToString(3));
        Guard(static () => s_turnDuration = s_meter!.CreateHistogram<double>("linuxevents.selector.turn.duration", "s", "How long a turn of the loop took."));
        Counter("turns", "{turn}", "Turns of the loop.", static statistics => statistics.Turns);
        Counter("events", "{event}", "Events of registered descriptors that were served.", static statistics => statistics.Events);
        Counter("posts", "{call}", "Posted calls that were run.", static statistics => statistics.Posts);
        Counter("timers", "{timer}", "Delays and timeouts that came due.", static statistics => statistics.TimersFired);
        Counter("wakeups", "{wakeup}", "Times that a sleeping loop was woken by another thread.", static statistics => statistics.WakeUps);
        Counter("stalls", "{turn}", "Turns that took as long as the stall threshold.", static statistics => statistics.Stalls);
        Guard(static () => s_meter!.CreateObservableCounter("linuxevents.selector.time", Times, "s", "Time in which the loop slept (idle) or worked (busy)."));
        UpDownCounter("registrations", "{descriptor}", "Registered descriptors.", static statistics => statistics.Registrations);
        UpDownCounter("pending_waits", "{wait}", "Outstanding waits for readiness.", static statistics => statistics.PendingWaits);
        UpDownCounter("pending_timers", "{timer}", "Outstanding delays and timeouts.", static statistics => statistics.PendingTimers);
        UpDownCounter("pending_posts", "{call}", "Posted calls that were not run yet.", static statistics => statistics.PendingPosts);
    }

    /// <summary>Takes the meter from those who listen.</summary>
    public static void Dispose() => s_meter?.Dispose();

#pragma warning disable CA1031 // Whatever it is.
    /// <summary>Records a turn, while somebody listens.</summary>
    public static void Record(string name, double seconds)
    {
        try
        {
            if (s_turnDuration is { Enabled: true } duration)
                duration.Record(seconds, Tag(name));
        }
        catch (Exception)
        {
        }
    }

    /// <summary>Makes an instrument, of which listeners are told. What these throw is none of the affairs of a loop or of who makes one, here as above.</summary>
    private static void Guard(Action make)
    {
        try
        {
            make();
        }
        catch (Exception)
        {
        }
    }
#pragma warning restore CA1031

    /// <summary>What tells a selector's measurements from those of others.</summary>
    private static KeyValuePair<string, object?> Tag(string name) => new(NameTag, name);

    private static void Counter(string name, string unit, string description, Func<SelectorStatistics, long> value) =>
        Guard(() => s_meter!.CreateObservableCounter($"linuxevents.selector.{name}", () => Measure(static live => live.Activity.Read(), value), unit, description));

    private static void UpDownCounter(string name, string unit, string description, Func<SelectorStatistics, long> value) =>
        Guard(() => s_meter!.CreateObservableUpDownCounter($"linuxevents.selector.{name}", () => Measure(static live => live.Read(), value), unit, description));

    private static IEnumerable<Measurement<long>> Measure(Func<LiveSelector, SelectorStatistics> read, Func<SelectorStatistics, long> value)
    {
        foreach ((string name, SelectorStatistics statistics) in LiveSelectors.Sum(read))
            yield return new Measurement<long>(value(statistics), Tag(name));
    }

    private static IEnumerable<Measurement<double>> Times()
    {
        foreach ((string name, SelectorStatistics statistics) in LiveSelectors.Sum(static live => live.Activity.Read()))
        {
            yield return new Measurement<double>(statistics.Idle.TotalSeconds, Tag(name), new(StateTag, "idle"));
            yield return new Measurement<double>(statistics.Busy.TotalSeconds, Tag(name), new(StateTag, "busy"));
        }
    }
}
