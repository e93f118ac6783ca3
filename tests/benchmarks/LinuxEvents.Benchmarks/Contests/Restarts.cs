using System.Diagnostics;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>Begins a wait and cancels it, over and over: nothing changes for the kernel.</summary>
internal sealed class Restarts
{
    private readonly Selector _selector = new();
    private readonly FdRegistration _registration;

    public Restarts() => _registration = _selector.Register(new EventFd().Handle);

    public long Run(TimeSpan span)
    {
        long served = 0;
        _selector.RunUntilComplete(() =>
        {
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < span; served++)
            {
                using CancellationTokenSource source = new();
                ValueTask<PollEvents> wait = _registration.WaitAsync(PollEvents.Read, source.Token);
                source.Cancel();
                if (!wait.IsCanceled)
                    throw new InvalidOperationException("The wait goes on.");
            }

            return Task.CompletedTask;
        });
        return served;
    }

    /// <summary>What the token itself costs.</summary>
    public static long RunTokens(TimeSpan span)
    {
        long served = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < span; served++)
        {
            using CancellationTokenSource source = new();
            source.Token.UnsafeRegister(static _ => { }, null);
            source.Cancel();
        }

        return served;
    }
}
