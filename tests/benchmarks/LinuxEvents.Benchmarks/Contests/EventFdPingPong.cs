namespace LinuxEvents.Benchmarks.Contests;

/// <summary>By an eventfd each, awaited and read.</summary>
internal sealed class EventFdPingPong : PingPong
{
    private readonly EventFd _ping = new(0);
    private readonly EventFd _pong = new(0);

    public EventFdPingPong()
    {
        Here.InvokeAsync(() => { _ = Serve(Here, _pong, OnPong); return Task.CompletedTask; }).Wait();
        There.InvokeAsync(() => { _ = Serve(There, _ping, () => _pong.Write(1)); return Task.CompletedTask; }).Wait();
    }

    protected override void Ping() => _ping.Write(1);

    private static async Task Serve(Selector selector, EventFd eventFd, Action answer)
    {
        FdRegistration registration = selector.Register(eventFd.Handle);
        while (true)
        {
            await registration.WaitAsync(PollEvents.Read);
            eventFd.Read();
            answer();
        }
    }
}
