using System.Diagnostics;

namespace LinuxEvents.Tests;

/// <summary>Races of loops that begin and end with the monitor that parks and looks.</summary>
public sealed class StallStressTests
{
    private const int Rounds = 500;
    private static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_turn_that_begins_as_the_monitor_parks_is_reported()
    {
        using var reported = new SemaphoreSlim(0);
        int stuck = 0;
        using Selector next = Selector.Start(new SelectorOptions
        {
            StallThreshold = Threshold,
            Stalled = report =>
            {
                // A turn that is late before Stick begins is reported too, without its name.
                if (report.Cause.EndsWith(".Stick", StringComparison.Ordinal))
                    reported.Release();
            },
        });

        // The more there are to look at behind the one that sticks, the longer is the moment in which it is taken for asleep.
        Selector[] others = [.. Enumerable.Range(0, 300).Select(static _ => new Selector(new SelectorOptions { StallThreshold = Threshold, Stalled = static _ => { } }))];
        using Selector last = Selector.Start(new SelectorOptions { StallThreshold = Threshold, Stalled = static _ => { } });

        void Stick()
        {
            int round = Volatile.Read(ref stuck);
            while (Volatile.Read(ref stuck) == round)
                Thread.Yield();
        }

        for (int i = 1; i <= Rounds; i++)
        {
            // When this turn is over the monitor has one more look to take, and then parks.
            using var over = new SemaphoreSlim(0);
            last.Post(static over => ((SemaphoreSlim)over!).Release(), over);
            over.Wait(TestContext.Current.CancellationToken);
            long began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < 2.5 * Threshold * i / Rounds)
                Thread.SpinWait(1);
            Volatile.Write(ref stuck, i);
            next.Post(Stick);
            bool came = reported.Wait(TimeSpan.FromMilliseconds(Until.Patience), TestContext.Current.CancellationToken);
            Volatile.Write(ref stuck, 0);
            Assert.True(came, $"round {i} was not reported");
        }

        // Each was reported once.
        next.Dispose();
        Assert.Equal(0, reported.CurrentCount);
        Array.ForEach(others, static other => other.Dispose());
    }

    [Fact]
    public void Selectors_that_end_while_they_are_reported_leave_nothing() => Descriptors.StayAsTheyWere(() =>
    {
        long reports = 0;
        for (int i = 0; i < Rounds / 5; i++)
        {
            bool reported = false;
            Selector[] selectors = [.. Enumerable.Range(0, 3).Select(_ => Selector.Start(new SelectorOptions
            {
                StallThreshold = Threshold,
                Stalled = _ =>
                {
                    Interlocked.Increment(ref reports);
                    Volatile.Write(ref reported, true);
                },
            }))];
            foreach (Selector selector in selectors)
            {
                selector.Post(() =>
                {
                    while (!Volatile.Read(ref reported))
                        Thread.Yield();
                });
            }

            Parallel.ForEach(selectors, static selector => selector.Dispose());
        }

        Assert.True(reports >= Rounds / 5, $"{reports} reports");
        Until.True(static () => ProcFs.ThreadsNamed("lxe-stalls") == 0, "the end of the thread");
    });
}
