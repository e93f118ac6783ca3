using System.Globalization;

namespace LinuxEvents.Examples;

/// <summary>Ticks every 10 milliseconds on the loop, which neither drifts nor comes early, and tells how late the ticks were.</summary>
internal static class Ticker
{
    public static void Main(string[] args)
    {
        int count = args.Length == 0 ? 100 : int.Parse(args[0], CultureInfo.InvariantCulture);
        using Selector selector = new();
        selector.RunUntilComplete(() => TickAsync(selector, count));
    }

    private static async Task TickAsync(Selector selector, int count)
    {
        using var ticker = new PeriodicTicker(selector, TimeSpan.FromMilliseconds(10), MissedTickPolicy.Skip);
        long latest = 0;
        while (ticker.Ticks + ticker.Missed < count)
        {
            long due = ticker.NextTick;
            await ticker.WaitForNextTickAsync();
            latest = Math.Max(latest, selector.GetTimestamp() - due);
        }
        Console.WriteLine($"{ticker.Ticks} ticks, {ticker.Missed} missed, the latest {latest / 1000} µs late");
    }
}
