using System.Diagnostics;
using System.Globalization;

namespace LinuxEvents.Examples;

/// <summary>Ticks every 10 milliseconds by a timer of the kernel, which neither drifts nor comes early, and counts the ticks that came too late to be seen.</summary>
internal static class Ticker
{
    public static async Task Main(string[] args)
    {
        int count = args.Length == 0 ? 100 : int.Parse(args[0], CultureInfo.InvariantCulture);
        var period = TimeSpan.FromMilliseconds(10);
        using var timer = new TimerFd();
        using FdRegistration ticks = Selector.Shared.Register(timer.Handle);
        long start = Stopwatch.GetTimestamp();
        timer.Set(period, period);

        ulong seen = 0, missed = 0;
        TimeSpan latest = TimeSpan.Zero;
        while (seen + missed < (ulong)count)
        {
            await ticks.WaitAsync(PollEvents.Read);
            if (timer.TryRead(out ulong expirations) != TimerFdResult.Expired)
                continue;
            seen++;
            missed += expirations - 1;
            TimeSpan late = Stopwatch.GetElapsedTime(start) - (seen + missed) * period;
            latest = late > latest ? late : latest;
        }
        Console.WriteLine($"{seen} ticks, {missed} missed, the latest {latest.TotalMicroseconds:0} µs late");
    }
}
