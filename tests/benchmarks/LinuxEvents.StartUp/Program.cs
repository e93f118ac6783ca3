using System.Net.Sockets;
using LinuxEvents;

// Each in a method of its own: what is not run is not compiled, and loads nothing.
Action run = args[0] switch
{
    "descriptor" => Descriptor,
    "turn" => Turn,
    "await" => Await,
    "Task.Delay" => Delay,
    "Socket" => Connect,
    _ => static () => { },
};
run();

static void Descriptor()
{
    using var timer = new TimerFd();
    timer.Set(TimeSpan.FromMicroseconds(1));
    timer.Read(out _);
}

static void Turn()
{
    using var selector = new Selector();
    selector.RunOnce(TimeSpan.Zero);
}

static void Await()
{
    using var selector = new Selector();
    selector.RunUntilComplete(async () => await selector.DelayAsync(TimeSpan.FromMicroseconds(1)));
}

static void Delay() => DelayAsync().GetAwaiter().GetResult();

static async Task DelayAsync() => await Task.Delay(1);

static void Connect() => ConnectAsync().GetAwaiter().GetResult();

static async Task ConnectAsync()
{
    using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    listener.Bind(new UnixDomainSocketEndPoint($"\0linuxevents-start-up-{Environment.ProcessId}"));
    listener.Listen();
    using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    Task<Socket> accepted = listener.AcceptAsync();
    await client.ConnectAsync(listener.LocalEndPoint!);
    (await accepted).Dispose();
}
