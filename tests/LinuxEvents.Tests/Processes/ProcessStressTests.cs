namespace LinuxEvents.Tests;

/// <summary>Races around a child's end that must have exactly one outcome. Longer by ./build.sh soak.</summary>
[Trait("kind", "stress")]
public sealed class ProcessStressTests
{
    [Fact] // CHECKLIST 54
    public void A_kill_that_races_the_end_meets_the_child_or_nobody()
    {
        using Selector selector = Selector.Start();
        var options = new SpawnOptions("/bin/true");
        int delay = 1000;
        foreach (int _ in Rounds.Of(share: 10))
        {
            using (ChildProcess child = ChildProcess.Spawn(options, selector))
            {
                // The delay finds the end by itself: longer after a kill that came before it, shorter after one that came too late.
                Thread.SpinWait(delay);
                bool sent = child.Signal(LinuxSignal.SIGKILL);
                ExitStatus status = child.WaitForExit();
                bool killed = status.Signal == LinuxSignal.SIGKILL;
                Assert.True(killed ? sent : status.ExitCode == 0, $"{status}, and the signal was {(sent ? "sent" : "refused")}");
                Assert.False(child.Signal(LinuxSignal.SIGKILL));
                delay = killed ? delay + delay / 8 + 1 : delay - delay / 8;
            }

            Settle(selector);
        }
    }

    [Fact] // CHECKLIST 46, 47, 48
    public async Task Waits_cancellations_and_disposal_race_the_end()
    {
        using Selector selector = Selector.Start();
        foreach (int round in Rounds.Of(share: 20))
        {
            ChildProcess child = ChildProcess.Spawn(TestChild.Shell($"exit {round % 200}"), selector);
            using var cancellation = new CancellationTokenSource();
            Task<ExitStatus>[] cancelled = [.. Enumerable.Range(0, 3).Select(_ => child.WaitForExitAsync(cancellation.Token).AsTask())];
            Task<ExitStatus> onLoop = selector.InvokeAsync(() => child.WaitForExitAsync().AsTask());
            Task<ExitStatus> blocked = Task.Run(child.WaitForExit);
            Task cancel = Task.Run(cancellation.Cancel), dispose = Task.Run(child.Dispose), look = Task.Run(() => child.HasExited);
            foreach (Task<ExitStatus> wait in cancelled)
            {
                await wait.ContinueWith(static _ => { }, TaskScheduler.Default);
                Assert.True(wait.IsCanceled || wait.Result.ExitCode == round % 200);
            }

            await Task.WhenAll(cancel, dispose, look);
            Assert.Equal(round % 200, (await onLoop).ExitCode);
            Assert.Equal(round % 200, (await blocked).ExitCode);
            Settle(selector);
        }
    }

    /// <summary>Until the loop has let go of the children that have ended.</summary>
    private static void Settle(Selector selector)
    {
        while (selector.GetStatistics().Registrations > 0)
            Thread.Yield();
        selector.InvokeAsync(static () => Task.CompletedTask).Wait();
    }
}
