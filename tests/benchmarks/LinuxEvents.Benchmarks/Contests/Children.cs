using System.Diagnostics;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>Starts /bin/true and awaits its end, as native/children does.</summary>
internal sealed class Children(string style, int atOnce, int heap)
{
    // As much as the collector moves on to its oldest generation and then leaves alone.
    private readonly byte[][] _heap = [.. Enumerable.Range(0, heap).Select(static _ =>
    {
        byte[] piece = new byte[1 << 20];
        piece.AsSpan().Fill(1);
        return piece;
    })];

    private readonly SpawnOptions _options = new("/bin/true");
    private readonly Selector _selector = new();

    public long Run(TimeSpan span)
    {
        long start = Stopwatch.GetTimestamp(), served = style == "process"
            ? Run(() => ServeProcesses(start, span)).GetAwaiter().GetResult()
            : _selector.RunUntilComplete(() => Run(() => ServeChildren(start, span)));
        GC.KeepAlive(_heap);
        return served;
    }

    private async Task<long> Run(Func<Task<long>> serve) => (await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => serve()))).Sum();

    private async Task<long> ServeChildren(long start, TimeSpan span)
    {
        long served = 0;
        for (; Stopwatch.GetElapsedTime(start) < span; served++)
        {
            using ChildProcess child = ChildProcess.Spawn(_options, _selector);
            if ((await child.WaitForExitAsync()).ExitCode != 0)
                throw new InvalidOperationException("a child failed");
        }

        return served;
    }

    private static async Task<long> ServeProcesses(long start, TimeSpan span)
    {
        long served = 0;
        for (; Stopwatch.GetElapsedTime(start) < span; served++)
        {
            using Process process = Process.Start("/bin/true");
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
                throw new InvalidOperationException("a child failed");
        }

        return served;
    }
}
