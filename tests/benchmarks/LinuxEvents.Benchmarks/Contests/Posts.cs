using System.Diagnostics;
using System.Threading.Channels;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>A loop's thread gives its own loop something to do, a thousand at a time.</summary>
internal static class Posts
{
    private const int Batch = 1000;
    private static readonly Selector s_selector = new();

    public static long Run(TimeSpan span)
    {
        long served = 0, start = Stopwatch.GetTimestamp();
        Action call = () => served++;
        s_selector.RunUntilComplete(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < span)
            {
                for (int i = 0; i < Batch; i++)
                    s_selector.Post(call);
                await Task.Yield();
            }
        });
        return served;
    }

    public static long RunChannel(TimeSpan span)
    {
        Channel<Action> channel = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
        long served = 0, start = Stopwatch.GetTimestamp();
        Action call = () => served++;
        Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < span)
            {
                for (int i = 0; i < Batch; i++)
                    channel.Writer.TryWrite(call);
                for (int i = 0; i < Batch; i++)
                    (await channel.Reader.ReadAsync())();
            }
        }).Wait();
        return served;
    }
}
