namespace LinuxEvents.Benchmarks;

/// <summary>All there is to measure.</summary>
internal static class Workloads
{
    private const string C = "C epoll", CEdge = "C epoll, edge-triggered";
    private const string Level = "LinuxEvents", Edge = "LinuxEvents, edge-triggered";

    public static IEnumerable<Workload> In(string native)
    {
        foreach ((int pairs, int active) in ((int, int)[])[(100, 1), (100, 100), (1000, 100), (9000, 100)])
            yield return Chain(native, pairs, active);

        yield return new Workload("pingpong", "two loops wake each other, on one processor; an event is one wake-up", "0",
            [
                new(C, [$"{native}/bench-pingpong-epoll"]),
                new(CEdge, [$"{native}/bench-pingpong-epoll", "edge"]),
                .. Peer("libuv async", $"{native}/bench-pingpong-libuv"),
                Ours("LinuxEvents Post", "pingpong", "post"),
                Ours("LinuxEvents eventfd", "pingpong", "eventfd"),
                Ours(".NET Channel", "pingpong", "channel"),
            ],
            new Target("LinuxEvents eventfd", C, 1.15), new Target("LinuxEvents Post", C, 1.15));
        yield return new Workload("posts", "what a loop's thread posts to its own loop", "0",
            [Ours("LinuxEvents", "posts", "post"), Ours(".NET Channel", "posts", "channel")]);
        foreach (string transport in (string[])["unix", "tcp"])
            yield return Echo(native, transport);
        yield return new Workload("register", "registration and removal of an eventfd", "0",
            [new(C, [$"{native}/bench-register-epoll"]), Ours(Level, "register", "level"), Ours(Edge, "register", "edge")],
            new Target(Level, C, 1.5), new Target(Edge, C, 1.5));
        foreach ((int atOnce, int heap) in ((int, int)[])[(1, 0), (32, 0), (1, 1024), (32, 1024)])
            yield return Children(native, atOnce, heap);
        yield return new Workload("restart", "a wait that is cancelled and begun anew", "0",
            [Ours("a cancelled token alone", "restart", "token"), Ours("LinuxEvents", "restart", "wait")]);
        yield return new Workload("signals", "a program sends itself a real-time signal with a value and receives it", "0",
            [.. SignalFigures.Contestants(native)],
            new Target("LinuxEvents SignalFd", "C signalfd", 1.2), new Target("LinuxEvents Relay", "C relay", 1.4));
        const string Wheel = "C wheel of 1 ms", Raw = "LinuxEvents LoopTimer", Delay = "LinuxEvents DelayAsync";
        yield return new Workload("timers-start", "a million timers are started and cancelled; an event is both of one", "0",
            [
                new(Wheel, [$"{native}/bench-timers-wheel", "start", "1000000"]),
                .. Peer("libev", $"{native}/bench-timers-libev", "start", "1000000"),
                .. Peer("libevent", $"{native}/bench-timers-libevent", "start", "1000000"),
                .. Peer("libuv", $"{native}/bench-timers-libuv", "start", "1000000"),
                .. Peer("Go", $"{native}/bench-timers-go", "start", "1000000"),
                .. ((string[])["raw", "raw-new", "delay", "timer", "timer-new", "task"]).Select(static style => Ours(TimerFigures.NameOf(style), "timers", style, "start", "1000000")),
            ],
            new Target(Raw, Wheel, 1.5), new Target(TimerFigures.NameOf("raw-new"), TimerFigures.NameOf("timer-new"), 1.0 / 3), new Target(Delay, Raw, 4));
        yield return new Workload("idle", "chain 100 active of 100 beside idle registrations", "0",
            [Ours("without", "idle", "0"), Ours("19,000 more", "idle", "19000")], new Target("19,000 more", "without", 1.1));
    }

    private static Workload Chain(string native, int pairs, int active)
    {
        string[] size = [$"{pairs}", $"{active}"];
        Contestant[] peers =
        [
            .. Peer("libev", $"{native}/bench-chain-libev", size), .. Peer("libevent", $"{native}/bench-chain-libevent", size),
            .. Peer("libuv", $"{native}/bench-chain-libuv", size),
        ];
        return new Workload($"chain-{pairs}-{active}", $"a byte arrives at one of {pairs:N0} sockets, {active} at a time, and goes on to the next", "0",
            [
                new(C, [$"{native}/bench-chain-epoll", .. size]),
                new(CEdge, [$"{native}/bench-chain-epoll", .. size, "edge"]),
                .. peers,
                .. Peer("sd-event", $"{native}/bench-chain-libsystemd", size),
                Ours(Level, ["chain", "level", .. size]),
                Ours(Edge, ["chain", "edge", .. size]),
                Ours(".NET Socket", ["chain", "socket", .. size]),
            ],
            [new(Level, C, 1.1), new(Edge, CEdge, 1.05), .. peers.Select(static peer => new Target(Level, peer.Name, 1.0))]);
    }

    private static Workload Children(string native, int atOnce, int heap)
    {
        const string C = "C vfork and pidfd_open";
        string[] size = [$"{atOnce}", $"{heap}"];
        Contestant ours = Ours("LinuxEvents", ["children", "ours", .. size]);
        return new Workload($"children-{atOnce}{(heap > 0 ? "-heap" : "")}",
            $"starts and awaits /bin/true, {atOnce} at once{(heap > 0 ? $", with {heap} MiB of heap" : "")}; the processor time is the parent's", null,
            [
                new(C, [$"{native}/bench-children-epoll", "vfork", .. size]),
                new("C posix_spawn", [$"{native}/bench-children-epoll", "posix_spawn", .. size]),
                ours,
                ours with { Name = "LinuxEvents, by the reaper", Command = ["env", "LINUXEVENTS_DISABLE=pidfd_open", .. ours.Command] },
                Ours(".NET Process", ["children", "process", .. size]),
                .. Peer("Python asyncio", $"{native}/bench-children-asyncio.py", size).Select(peer => peer with { Command = ["python3", .. peer.Command] }),
                .. Peer("Go os/exec", $"{native}/bench-children-go", size),
            ],
            new Target("LinuxEvents", C, 1.5));
    }

    private static Workload Echo(string native, string transport)
    {
        string[] client = [$"{native}/bench-echo-client", transport, "1000"];
        Contestant[] servers =
        [
            new(C, [$"{native}/bench-echo-epoll"]), .. Peer("libev", $"{native}/bench-echo-libev"), .. Peer("libuv", $"{native}/bench-echo-libuv"),
            Ours("LinuxEvents FdRegistration", "echo", "registration"), Ours("LinuxEvents FdStream", "echo", "stream"), Ours(".NET Socket", "echo", "socket"),
        ];
        return new Workload($"echo-{transport}", $"{transport} echo server, 1,000 connections; an event is a message, the time is the server's", null,
            [.. servers.Select(server => server with { Command = [.. client, .. server.Command] })],
            new Target("LinuxEvents FdRegistration", C, 1.1), new Target("LinuxEvents FdStream", C, 1.1),
            new Target("LinuxEvents FdRegistration", ".NET Socket", 1 / 1.5), new Target("LinuxEvents FdStream", ".NET Socket", 1 / 1.5));
    }

    public static Contestant Ours(string name, params string[] contest) =>
        new(name, [Environment.ProcessPath!, "exec", typeof(Workloads).Assembly.Location, "contest", .. contest]);

    /// <summary>A library that may not be installed.</summary>
    public static IEnumerable<Contestant> Peer(string name, string program, params string[] arguments) =>
        File.Exists(program) ? [new(name, [program, .. arguments])] : [];
}
