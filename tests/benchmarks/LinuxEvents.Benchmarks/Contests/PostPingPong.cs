namespace LinuxEvents.Benchmarks.Contests;

/// <summary>By posting a call to each other.</summary>
internal sealed class PostPingPong : PingPong
{
    private readonly Action _ping;
    private readonly Action _pong;

    public PostPingPong()
    {
        _pong = OnPong;
        _ping = () => Here.Post(_pong);
    }

    protected override void Ping() => There.Post(_ping);
}
