using System.Diagnostics;

namespace LinuxEvents.Tests;

/// <summary>Commands about signals that take more than a line.</summary>
internal static class SignalCommands
{
    /// <returns>How many were taken and how many dropped, and whether the values came in order; or what is wrong.</returns>
    public static string Flood(string[] how, LinuxSignal signal, int count)
    {
        using var subscription = SignalSubscription.Open(Options(how, null), signal);
        int sent = 0;
        bool full = false;
        var sender = new Thread(() =>
        {
            for (; sent < count; Volatile.Write(ref sent, sent + 1))
            {
                while (!TryQueue(signal, sent))
                {
                    Volatile.Write(ref full, true);
                    Thread.Sleep(1);
                }
            }
        });
        sender.Start();
        // All wait at once, if the system lets so many.
        while (Volatile.Read(ref sent) < count && !Volatile.Read(ref full))
            Thread.Sleep(1);

        var seen = new bool[count];
        int taken = 0, last = -1;
        bool inOrder = true;
        while (taken + subscription.Dropped < count)
        {
            if (!subscription.TryTake(out SignalInfo info))
            {
                Thread.Sleep(1);
                continue;
            }

            if (seen[info.IntValue])
                return $"{info.IntValue} came twice";
            seen[info.IntValue] = true;
            inOrder &= info.IntValue > last;
            last = info.IntValue;
            taken++;
        }

        sender.Join();
        return subscription.TryTake(out _) ? "one too many" : $"{taken} taken, {subscription.Dropped} dropped, {(inOrder ? "in" : "out of")} order";
    }

    public static string Inherited()
    {
        const string Command = "sed -n 's/^Sig\\(Blk\\|Ign\\):\\t//p' /proc/self/status | tr '\\n' ' '";
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", Command]) { RedirectStandardOutput = true })!;
        string theirs = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        CompletedProcess ours = ChildProcess.RunAndCaptureAsync(new SpawnOptions("sh", "-c", Command)).GetAwaiter().GetResult();
        return $"{theirs}{ours.StandardOutput}".Trim();
    }

    public static string BesidePoller(string[] how, LinuxSignal signal, int count)
    {
        using var selector = new Selector();
        using var subscription = SignalSubscription.Open(Options(how, selector), signal);
        using var foreign = new Epoll();
        foreign.Add(selector.PollHandle, EpollEvents.Read, 1);
        bool done = false;
        int polls = 0;
        var poller = new Thread(() =>
        {
            for (; !Volatile.Read(ref done); polls++)
                foreign.Wait(new EpollEvent[1], TimeSpan.Zero);
        });
        var sender = new Thread(() =>
        {
            for (int value = 0; value < count; value++)
            {
                Raise.Queue(signal, value);
                if (value % 8 == 0)
                    Thread.Yield();
            }
        });
        poller.Start();
        int taken = 0;
        // The wait is begun by hand: there is no thread of the loop but this one.
        Task all = TakeAsync();
        sender.Start();
        selector.RunUntilComplete(all);
        sender.Join();
        Volatile.Write(ref done, true);
        poller.Join();
        return polls > 0 ? $"{taken} taken" : "nobody polled";

        async Task TakeAsync()
        {
            while (taken < count)
            {
                await subscription.WaitAsync();
                taken++;
            }
        }
    }

    public static string BesideCollector(int rounds)
    {
        bool done = false;
        Thread[] workers = [.. Enumerable.Range(0, 3).Select(number => new Thread(() => Work(number)) { IsBackground = true })];
        foreach (Thread worker in workers)
            worker.Start();
        // A thread that did not block the signal any more would take it, and end the program.
        for (int i = 1; i <= rounds; i++)
        {
            LinuxSignal signal = LinuxSignals.RealTime(i);
            using var subscription = SignalSubscription.Open(Options(["SignalFd", "Block"], null), signal);
            Raise.Process(signal);
            while (!subscription.TryTake(out _))
                Thread.Yield();
        }

        Volatile.Write(ref done, true);
        foreach (Thread worker in workers)
            worker.Join();
        return $"{rounds}";

        // One collects, the others compute without a call, so that they must be stopped by the runtime's signal.
        void Work(int number)
        {
            double sum = 0;
            while (!Volatile.Read(ref done))
            {
                if (number == 0)
                {
                    GC.Collect(0);
                    Thread.Sleep(Random.Shared.Next(50)); // a thread that is always stopped can't be reached
                    continue;
                }

                for (int i = 1; i < 100_000; i++)
                    sum += 1.0 / i;
            }

            GC.KeepAlive(sum);
        }
    }

    private static SignalSubscriptionOptions Options(string[] how, Selector? selector) => new()
    {
        Delivery = Enum.Parse<SignalDelivery>(how[0]),
        BlockInEveryThread = how.Contains("Block"),
        Selector = selector,
    };

    private static bool TryQueue(LinuxSignal signal, long value)
    {
        try
        {
            return LinuxSignals.Queue(Environment.ProcessId, signal, value);
        }
        catch (LinuxEventsException exception) when (exception.Errno == 11) // EAGAIN: too many wait
        {
            return false;
        }
    }
}
