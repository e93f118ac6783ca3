using System.Diagnostics;
using System.Threading.Channels;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>Two tasks on the thread pool that answer each other through channels.</summary>
internal sealed class ChannelPingPong
{
    private readonly Channel<int> _ping = Channel.CreateUnbounded<int>();
    private readonly Channel<int> _pong = Channel.CreateUnbounded<int>();

    public ChannelPingPong() => _ = Task.Run(async () =>
    {
        await foreach (int value in _ping.Reader.ReadAllAsync())
            _pong.Writer.TryWrite(value);
    });

    public long Run(TimeSpan span) => Task.Run(async () =>
    {
        long served = 0, start = Stopwatch.GetTimestamp();
        for (; Stopwatch.GetElapsedTime(start) < span; served += 2)
        {
            _ping.Writer.TryWrite(0);
            await _pong.Reader.ReadAsync();
        }

        return served;
    }).Result;
}
