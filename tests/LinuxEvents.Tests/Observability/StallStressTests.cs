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
        bool stuck = false;
        using Selector last = Selector.Start(new SelectorOptions { StallThreshold = Threshold, Stalled = static _ => { } });
        using Selector next = Selector.Start(new SelectorOptions
        {
            StallThreshold = Threshold,
            Stalled = report =>
            {
                if (report.What.EndsWith(".Stick", StringComparison.Ordinal) && Volatile.Read(ref stuck))
                    reported.Release();
            },
        });

        void Stick()
        {
            Volatile.Write(ref stuck, true);
            while (Volatile.Read(ref stuck))
                Thread.Yield();
        }

        for (int i = 0; i < Rounds; i++)
        {
            // When this turn is over the monitor has one more look to take, and then parks.
            using var over = new SemaphoreSlim(0);
            last.Post(static over => ((SemaphoreSlim)over!).Release(), over);
            over.Wait(TestContext.Current.CancellationToken);
            if (i % 2 == 0)
                Until.True(static () => StallMonitor.IsParked, "the monitor parked");
            else
                Thread.SpinWait(i * 40);
            next.Post(Stick);
            Assert.True(reported.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), $"round {i} was not reported");
            Volatile.Write(ref stuck, false);
        }
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
