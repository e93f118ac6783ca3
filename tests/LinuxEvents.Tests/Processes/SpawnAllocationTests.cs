namespace LinuxEvents.Tests;

/// <summary>What a child costs of the managed heap.</summary>
public sealed class SpawnAllocationTests
{
    private const int Count = 100;
    private const int Limit = 400;

    /// <summary>From the spawn to the status, and the dispose, by either mechanism.</summary>
    [Fact]
    public void A_child_takes_at_most_400_bytes()
    {
        var options = new SpawnOptions("/bin/true");
        using var selector = new Selector();
        selector.RunUntilComplete(async () =>
        {
            // The steady state is what counts: the runtime may still compile, and grow what it keeps, when the first rounds are over.
            long allocated = long.MaxValue;
            int failed = 0;
            for (int batch = 0; batch < 10 && allocated > Count * Limit; batch++)
            {
                if (batch > 0)
                    Compiler.Rest();
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Count; i++)
                {
                    using ChildProcess child = ChildProcess.Spawn(options, selector);
                    failed += (await child.WaitForExitAsync()).ExitCode == 0 ? 0 : 1; // an assertion would allocate
                }

                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.Equal(0, failed);
            Assert.InRange(allocated, 1, Count * Limit);
        });
    }
}
