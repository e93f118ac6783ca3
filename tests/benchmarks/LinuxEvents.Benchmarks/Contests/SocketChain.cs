using System.Collections.Concurrent;
using System.Net.Sockets;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>The classic chain by what .NET has.</summary>
internal sealed class SocketChain
{
    private readonly Socket[] _readers;
    private readonly Socket[] _writers;
    private readonly ConcurrentQueue<int> _held = new();
    private volatile bool _running;
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
            _held.Enqueue(i * (pairs / active));
    }

    public long Run(TimeSpan span)
    {
        long served = Interlocked.Read(ref _served);
        _running = true;
        while (_held.TryDequeue(out int index))
            _writers[index].Send([0]);
        Thread.Sleep(span);
        // The thread pool would go on, and take the processor from those whose turn it is.
        _running = false;
        return Interlocked.Read(ref _served) - served;
    }

    private async Task Serve(int index)
    {
        byte[] buffer = new byte[1];
        int next = (index + 1) % _writers.Length;
        while (true)
        {
            await _readers[index].ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
            Interlocked.Increment(ref _served);
            if (_running)
                _writers[next].Send(buffer);
            else
                _held.Enqueue(next);
        }
    }
}
