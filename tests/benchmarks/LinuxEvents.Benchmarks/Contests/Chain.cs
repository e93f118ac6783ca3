using System.Runtime.CompilerServices;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>The classic chain, as in native/chain, awaited: one async method per socket.</summary>
internal sealed class Chain
{
    private readonly Selector _selector;
    private readonly FdRegistration[] _registrations;
    private readonly int[] _readers;
    private readonly int[] _writers;
    private readonly byte[] _bytes = new byte[16];
    private long _served;

    public Chain(Selector selector, int pairs, int active, TriggerMode trigger)
    {
        _selector = selector;
        _registrations = new FdRegistration[pairs];
        _readers = new int[pairs];
        _writers = new int[pairs];
        for (int i = 0; i < pairs; i++)
        {
            (_readers[i], _writers[i]) = Libc.SocketPair();
            _registrations[i] = _selector.Register(
                new SafeFdHandle(_readers[i], ownsHandle: true), new RegistrationOptions { OwnsHandle = true, Trigger = trigger });
        }

        for (int i = 0; i < pairs; i++)
        {
            int index = i;
            _selector.Post(() => _ = trigger == TriggerMode.Edge ? ServeEdges(index) : Serve(index));
        }

        for (int i = 0; i < active; i++)
            Libc.Write(_writers[i * (pairs / active)], [0]);
    }

    public long Run(TimeSpan span)
    {
        long served = _served;
        _selector.RunUntilComplete(() => _selector.DelayAsync(span).AsTask());
        return _served - served;
    }

    private async Task Serve(int index)
    {
        FdRegistration registration = _registrations[index];
        while (true)
        {
            await registration.WaitAsync(PollEvents.Read);
            Pass(index, 1);
        }
    }

    private async Task ServeEdges(int index)
    {
        FdRegistration registration = _registrations[index];
        while (true)
        {
            await registration.WaitAsync(PollEvents.Read);
            long sequence = registration.Sequence;
            // A stream socket that gives less than was asked for is empty.
            if (Pass(index, 16) < 16)
                registration.MarkDrained(PollEvents.Read, sequence);
        }
    }

    // Not inlined: within the try block that an async method is, each native call would go through a stub.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Pass(int index, int length)
    {
        int count = Libc.Read(_readers[index], _bytes.AsSpan(0, length));
        int next = index + 1 < _writers.Length ? index + 1 : 0;
        for (int i = 0; i < count; i++)
            Libc.Write(_writers[next], _bytes.AsSpan(0, 1));
        _served += count;
        return count;
    }
}
