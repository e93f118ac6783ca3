using System.Net.Sockets;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>The classic chain by what .NET has.</summary>
internal sealed class SocketChain
{
    private readonly Socket[] _readers;
    private readonly Socket[] _writers;
    private long _served;

    public SocketChain(int pairs, int active)
    {
        _readers = new Socket[pairs];
        _writers = new Socket[pairs];
        for (int i = 0; i < pairs; i++)
        {
            (int reader, int writer) = Libc.SocketPair();
            _readers[i] = new Socket(new SafeSocketHandle(reader, ownsHandle: true));
            _writers[i] = new Socket(new SafeSocketHandle(writer, ownsHandle: true)) { Blocking = false };
        }

        for (int i = 0; i < pairs; i++)
            _ = Serve(i);
        for (int i = 0; i < active; i++)
            _writers[i * (pairs / active)].Send([0]);
    }

    public long Run(TimeSpan span)
    {
        long served = Interlocked.Read(ref _served);
        Thread.Sleep(span);
        return Interlocked.Read(ref _served) - served;
    }

    private async Task Serve(int index)
    {
        byte[] buffer = new byte[1];
        Socket next = _writers[(index + 1) % _writers.Length];
        while (true)
        {
            await _readers[index].ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
            Interlocked.Increment(ref _served);
            next.Send(buffer);
        }
    }
}
