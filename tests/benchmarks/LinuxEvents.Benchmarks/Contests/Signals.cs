using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>Sends itself a real-time signal with a value and receives it, as native/signals does.</summary>
internal sealed partial class Signals(string style)
{
    private static readonly LinuxSignal s_signal = LinuxSignals.RealTime(1);

    /// <summary>The round trip.</summary>
    public Func<TimeSpan, long> RoundTrips()
    {
        if (style == "registration")
            return ByRegistration();
        var selector = new Selector();
        SignalSubscription subscription = Open(selector);
        return span => selector.RunUntilComplete(() => ReceiveAsync(subscription, span));
    }

    /// <summary>The flood: answers each line by what was taken, what was dropped, and whether it came in order.</summary>
    public int PlayFlood()
    {
        long taken = 0, last = -1;
        bool ordered = true;
        SignalSubscription? subscription = null;
        if (style == "registration")
        {
            PosixSignalRegistration.Create((PosixSignal)(int)s_signal, context =>
            {
                Interlocked.Increment(ref taken);
                context.Cancel = true;
            });
        }
        else
        {
            subscription = Open(Selector.Start());
            _ = subscription.Selector.InvokeAsync(async () =>
            {
                await foreach (SignalInfo info in subscription)
                {
                    taken++;
                    ordered &= info.IntValue > last;
                    last = info.IntValue;
                }
            });
        }

        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Volatile.Read(ref taken)} {subscription?.Dropped ?? 0} {(ordered ? 1 : 0)}"));
        return 0;
    }

    private SignalSubscription Open(Selector selector) => SignalSubscription.Open(
        new SignalSubscriptionOptions
        {
            Delivery = style == "signalfd" ? SignalDelivery.SignalFd : SignalDelivery.Relay,
            BlockInEveryThread = true,
            Capacity = 8192,
            Selector = selector,
        },
        s_signal);

    private static async Task<long> ReceiveAsync(SignalSubscription subscription, TimeSpan span)
    {
        long served = 0, start = Stopwatch.GetTimestamp();
        for (; Stopwatch.GetElapsedTime(start) < span; served++)
        {
            ValueTask<SignalInfo> wait = subscription.WaitAsync();
            Send(served);
            SignalInfo info = await wait;
            if (info.IntValue != (int)served)
                throw new InvalidOperationException("another signal");
        }

        return served;
    }

    private static Func<TimeSpan, long> ByRegistration()
    {
        var arrived = new SemaphoreSlim(0);
        PosixSignalRegistration registration = PosixSignalRegistration.Create((PosixSignal)(int)s_signal, context =>
        {
            context.Cancel = true;
            arrived.Release();
        });
        return span =>
        {
            long served = 0, start = Stopwatch.GetTimestamp();
            for (; Stopwatch.GetElapsedTime(start) < span; served++)
            {
                Send(served);
                arrived.Wait();
            }

            GC.KeepAlive(registration);
            return served;
        };
    }

    /// <summary>Sends this process so many of them, as fast as the system lets it.</summary>
    public static void SendMany(int count)
    {
        for (int value = 0; value < count; value++)
        {
            while (sigqueue(Environment.ProcessId, (int)s_signal, value) != 0)
                Thread.Yield();
        }
    }

    private static void Send(long value)
    {
        if (sigqueue(Environment.ProcessId, (int)s_signal, (nint)value) != 0)
            throw new IOException("sigqueue");
    }

    [LibraryImport("libc")]
    private static partial int sigqueue(int pid, int signal, nint value);
}
