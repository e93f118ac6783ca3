using System.Runtime.InteropServices;
using LinuxEvents;
using LinuxEvents.Tests;

// Obeys one command in a line of standard input, and answers it by one line. The end of the input ends the program.
Dictionary<string, SignalSubscription> subscriptions = [];
Dictionary<string, IDisposable> handlers = [];
Dictionary<string, int> calls = [];

while (Console.ReadLine() is { } line)
{
    string[] words = line.Split(' ');
    string answer;
    try
    {
        answer = Obey(words[0], words[1..]);
    }
    catch (Exception exception) when (exception is not InvalidProgramException)
    {
        answer = $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";
    }

    Console.WriteLine(answer);
}

return 0;

string Obey(string command, string[] arguments)
{
    switch (command)
    {
        case "open": // NAME RELAY|SIGNALFD[+Block|+LeaveIgnored] SIGNAL...
            string[] how = arguments[1].Split('+');
            subscriptions[arguments[0]] = SignalSubscription.Open(
                new SignalSubscriptionOptions
                {
                    Delivery = Enum.Parse<SignalDelivery>(how[0]),
                    BlockInEveryThread = how.Contains("Block"),
                    LeaveIgnored = how.Contains("LeaveIgnored"),
                },
                arguments[2..].Select(Enum.Parse<LinuxSignal>).ToArray());
            return "opened";
        case "received": // NAME: what it receives
            return string.Join(' ', subscriptions[arguments[0]].Signals);
        case "take": // NAME
            SignalInfo info = Wait(subscriptions[arguments[0]].WaitAsync());
            return $"{info.Signal} {info.Code} {info.SenderProcessId} {info.IntValue}";
        case "value": // NAME
            SignalInfo queued = Wait(subscriptions[arguments[0]].WaitAsync());
            return $"{queued.Value} {queued.IntValue} {queued.Code} {queued.SenderProcessId} {queued.SenderUserId}";
        case "close": // NAME
            subscriptions[arguments[0]].Dispose();
            return "closed";
        case "settle": // SIGNAL: waits until the runtime has dealt with all that the subscriptions have taken
            while (RuntimeHold.IsBehind(Enum.Parse<LinuxSignal>(arguments[0])))
                Thread.Sleep(1);
            return "settled";
        case "register": // NAME SIGNAL CANCEL: a PosixSignalRegistration that counts its calls
            calls[arguments[0]] = 0;
            bool cancel = bool.Parse(arguments[2]);
            handlers[arguments[0]] = PosixSignalRegistration.Create((PosixSignal)Enum.Parse<LinuxSignal>(arguments[1]), context =>
            {
                Count(arguments[0]);
                context.Cancel |= cancel;
            });
            return "registered";
        case "unregister": // NAME
            handlers[arguments[0]].Dispose();
            return "unregistered";
        case "keypress": // NAME CANCEL: Console.CancelKeyPress
            calls[arguments[0]] = 0;
            bool cancelKey = bool.Parse(arguments[1]);
            Console.CancelKeyPress += (_, key) =>
            {
                Count(arguments[0]);
                key.Cancel = cancelKey;
            };
            return "registered";
        case "called": // NAME COUNT: waits until a handler has been called as often
            lock (calls)
            {
                while (calls[arguments[0]] < int.Parse(arguments[1]))
                    Monitor.Wait(calls);
                return $"{calls[arguments[0]]}";
            }

        case "ignored": // SIGNAL
            return $"{LinuxSignals.IsIgnored(Enum.Parse<LinuxSignal>(arguments[0]))}";
        case "queue": // SIGNAL COUNT: sends it to this process, with the values from 0 on
            for (int value = 0; value < int.Parse(arguments[1]); value++)
                Raise.Queue(Enum.Parse<LinuxSignal>(arguments[0]), value);
            return "queued";
        case "flood": // DELIVERY[+Block] SIGNAL COUNT: queues so many at once, and then takes them
            return SignalCommands.Flood(arguments[0].Split('+'), Enum.Parse<LinuxSignal>(arguments[1]), int.Parse(arguments[2]));
        case "inherited": // what a child of .NET's Process and one of this library block and ignore
            return SignalCommands.Inherited();
        case "polled": // DELIVERY[+Block] SIGNAL COUNT: takes so many while another thread polls the loop's descriptor
            return SignalCommands.BesidePoller(arguments[0].Split('+'), Enum.Parse<LinuxSignal>(arguments[1]), int.Parse(arguments[2]));
        case "collect": // ROUNDS: signalfds for signals that are blocked while the garbage collector stops threads all the time
            return SignalCommands.BesideCollector(int.Parse(arguments[0]));
        case "send": // SIGNAL: to this process
            return $"{LinuxSignals.Send(Environment.ProcessId, Enum.Parse<LinuxSignal>(arguments[0]))}";
        case "unblock": // SIGNAL ROUNDS: asks for a signalfd while one thread, which does not block it, creates others
            return OpenBesideCreator(Enum.Parse<LinuxSignal>(arguments[0]), int.Parse(arguments[1]));
        case "churn": // SIGNAL ROUNDS: subscriptions that end as soon as they have taken their signal
            return Churn(Enum.Parse<LinuxSignal>(arguments[0]), int.Parse(arguments[1]));
        case "race": // SIGNAL ROUNDS: subscriptions that end while a signal comes
            return Race(Enum.Parse<LinuxSignal>(arguments[0]), int.Parse(arguments[1]));
        case "shared": // asks for the shared selector while no descriptor is left, and once more
            return AskForShared();
        case "idle": // COUNT: what a registration costs that nobody waits for, and one with a wait, in bytes
            return MeasureIdle(int.Parse(arguments[0]));
        case "meter": // makes a selector, and tells whether what meters need has been loaded
            using (var selector = new Selector())
                selector.RunOnce(TimeSpan.Zero);
            return $"{Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), assembly => assembly.GetName().Name == "System.Diagnostics.DiagnosticSource")}";
        case "listen": // listens, and waits until it is told of the meter
            return Metering.Listen();
        case "hinder": // listens, and throws and waits when it is told of the meter
            return Metering.Hinder();
        case "unload": // uses and unloads another copy of LinuxEvents, and tells whether it is gone
            return AnotherCopy.Unload();
        case "fork":
            return ForkCommand.Run();
        case "trace": // PID: holds its zombie until "release"
            NativeThread.Trace(int.Parse(arguments[0]));
            return "traced";
        case "release": // PID
            NativeThread.Release(int.Parse(arguments[0]));
            return "released";
        case "leave": // the first thread ends; with the next line another one ends the program
            new Thread(() =>
            {
                Console.ReadLine();
                NativeThread.EndProgram(42);
            }).Start();
            Console.WriteLine("soon");
            NativeThread.End();
            return "";
        case "execute": // another thread executes a program, which ends with the next line
            Console.WriteLine("soon");
            var executing = new Thread(() => NativeThread.Execute("read line; exit 43"));
            executing.Start();
            executing.Join();
            return "";
        default:
            throw new InvalidProgramException(command);
    }
}

void Count(string name)
{
    lock (calls)
    {
        calls[name]++;
        Monitor.PulseAll(calls);
    }
}

static string AskForShared()
{
    // Assemblies are loaded while they still can be.
    Selector.Start().Dispose();
    Stack<EventFd> all = [];
    int error = 0;
    try
    {
        while (true)
            all.Push(new EventFd());
    }
    catch (LinuxEventsException)
    {
    }

    try
    {
        _ = Selector.Shared;
    }
    catch (LinuxEventsException refused)
    {
        error = refused.Errno;
    }

    while (all.TryPop(out EventFd? one))
        one.Dispose();
    return $"{error} {Selector.Shared.Name}";
}

static string MeasureIdle(int count)
{
    using var selector = new Selector();
    var counters = new EventFd[count];
    var registrations = new FdRegistration[count];
    for (int i = 0; i < count; i++)
        counters[i] = new EventFd();
    long before = GC.GetTotalMemory(forceFullCollection: true);
    for (int i = 0; i < count; i++)
        registrations[i] = selector.Register(counters[i].Handle);
    long idle = GC.GetTotalMemory(forceFullCollection: true);
    for (int i = 0; i < count; i++)
        _ = registrations[i].WaitAsync(PollEvents.Read);
    long waiting = GC.GetTotalMemory(forceFullCollection: true);
    GC.KeepAlive(counters);
    GC.KeepAlive(registrations);
    return $"{(idle - before) / count} {(waiting - before) / count}";
}

static string Churn(LinuxSignal signal, int rounds)
{
    for (int round = 0; round < rounds; round++)
    {
        using var subscription = SignalSubscription.Open(signal);
        Raise.Process(signal);
        Wait(subscription.WaitAsync());
    }

    return $"{rounds}";
}

// Each signal is either taken, which is said at once, or ends the program.
static string Race(LinuxSignal signal, int rounds)
{
    Churn(signal, 50); // warm: a cold subscriber would lose every race
    var random = new Random();
    for (int round = 0; round < rounds; round++)
    {
        var subscription = SignalSubscription.Open(signal);
        ValueTask<SignalInfo> wait = subscription.WaitAsync();
        var sender = new Thread(() => Raise.Process(signal));
        sender.Start();
        int lead = random.Next(3); // what the signal gets: nothing, as long as its sending takes, or as long as its taking takes
        if (lead > 0)
            sender.Join();
        while (lead == 2 && !wait.IsCompleted)
            Thread.Sleep(1);
        subscription.Dispose();
        sender.Join();
        try
        {
            Wait(wait);
            Console.WriteLine("taken");
        }
        catch (ObjectDisposedException)
        {
            // Not taken: so it ends the program, now or in a moment.
            Thread.Sleep(Timeout.Infinite);
        }
    }

    return "done";
}

static string OpenBesideCreator(LinuxSignal signal, int rounds)
{
    bool done = false;
    int created = 0;
    var creator = new Thread(() =>
    {
        Raise.Unblock(signal);
        for (; !Volatile.Read(ref done); Volatile.Write(ref created, created + 1))
        {
            var thread = new Thread(static () => { }, maxStackSize: 1 << 16);
            thread.Start();
            thread.Join();
        }
    });
    creator.Start();
    SpinWait.SpinUntil(() => Volatile.Read(ref created) > 0);
    for (int refused = 0; refused < rounds || Volatile.Read(ref created) < rounds; refused++)
    {
        try
        {
            SignalSubscription.Open(new SignalSubscriptionOptions { Delivery = SignalDelivery.SignalFd }, signal).Dispose();
            return $"opened after {refused} refusals";
        }
        catch (InvalidOperationException)
        {
            // As it should be.
        }
    }

    Volatile.Write(ref done, true);
    creator.Join();
    return "refused";
}

static SignalInfo Wait(ValueTask<SignalInfo> task) => task.AsTask().GetAwaiter().GetResult();
