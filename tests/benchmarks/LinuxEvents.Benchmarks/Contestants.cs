using System.Diagnostics;
using System.Globalization;
using LinuxEvents.Benchmarks.Contests;

namespace LinuxEvents.Benchmarks;

/// <summary>The C# contestants, by what native/contest.h says.</summary>
internal static class Contestants
{
    public static int Run(string[] contest)
    {
        switch (contest)
        {
            case ["chain", "socket", var pairs, var active]:
                return Play(new SocketChain(Number(pairs), Number(active)).Run);
            case ["chain", var style, var pairs, var active]:
                return Play(new Chain(new Selector(), Number(pairs), Number(active), Trigger(style)).Run);
            case ["pingpong", "post"]:
                return Play(new PostPingPong().Run);
            case ["pingpong", "eventfd"]:
                return Play(new EventFdPingPong().Run);
            case ["pingpong", "channel"]:
                return Play(new ChannelPingPong().Run);
            case ["posts", "post"]:
                return Play(Posts.Run);
            case ["posts", "channel"]:
                return Play(Posts.RunChannel);
            case ["register", var style]:
                return Play(new Registrations(Trigger(style)).Run);
            case ["restart", "wait"]:
                return Play(new Restarts().Run);
            case ["restart", "token"]:
                return Play(Restarts.RunTokens);
            case ["idle", var count]:
                return Play(new IdleChain(Number(count)).Run);
            case ["children", var style, var atOnce, var heap]:
                return Play(new Children(style, Number(atOnce), Number(heap)).Run);
            case ["signals", var style]:
                return Play(new Signals(style).RoundTrips());
            case ["signals", var style, "flood"]:
                return new Signals(style).PlayFlood();
            case ["timers", var style, "start", var count]:
                return Play(TimerContest.Of(style).StartAndCancel(Number(count)));
            case ["timers", var style, "fire", var count]:
                return TimerContest.Of(style).PlayFire(Number(count));
            case ["timers", var style, "lateness", var microseconds]:
                return TimerContest.Of(style).PlayLateness(Number(microseconds));
            case ["timers", var style, "memory", var count]:
                return TimerContest.Of(style).ShowMemory(Number(count));
            case ["echo", var style]:
                return EchoServer.Run(style);
            default:
                Console.Error.WriteLine($"There is no contest {string.Join(' ', contest)}.");
                return 2;
        }
    }

    private static int Play(Func<TimeSpan, long> round)
    {
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            var span = TimeSpan.FromSeconds(double.Parse(line, CultureInfo.InvariantCulture));
            long bytes = GC.GetTotalAllocatedBytes(precise: true);
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            double served = 0;
            // On a busy machine a short round may end before its first event.
            while (served == 0)
                served = round(span);
            double wall = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            double used = (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{wall / served:F2} {used / served:F2} {(GC.GetTotalAllocatedBytes(precise: true) - bytes) / served:F2}"));
        }

        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static TriggerMode Trigger(string style) => style == "edge" ? TriggerMode.Edge : TriggerMode.Level;
}
