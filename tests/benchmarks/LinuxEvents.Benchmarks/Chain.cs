using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LinuxEvents.Benchmarks;

/// <summary>The classic chain, as in native/chain.c, awaited: one async method per pipe.</summary>
internal sealed class Chain : IDisposable
{
    private readonly Selector _selector = new();
    private readonly List<FdRegistration> _registrations = [];
    private readonly int[] _readEnds;
    private readonly int[] _writeEnds;
    private long _served;

    public Chain(int count, int active, bool edgeTriggered)
    {
        _readEnds = new int[count];
        _writeEnds = new int[count];
        for (int i = 0; i < count; i++)
        {
            (_readEnds[i], _writeEnds[i]) = MakePipe();
            _registrations.Add(_selector.Register(
                new SafeFdHandle(_readEnds[i], ownsHandle: true), new RegistrationOptions { OwnsHandle = true, Trigger = edgeTriggered ? TriggerMode.Edge : TriggerMode.Level }));
        }

        for (int i = 0; i < count; i++)
        {
            int pipe = i;
            _selector.Post(() => _ = edgeTriggered ? ServeEdges(pipe) : Serve(pipe));
        }

        for (int i = 0; i < active; i++)
            Pass(i * (count / active));
    }

    /// <returns>Nanoseconds per event.</returns>
    public double Measure(TimeSpan span)
    {
        long served = _served, start = Stopwatch.GetTimestamp();
        _selector.RunUntilComplete(() => _selector.DelayAsync(span).AsTask());
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / (_served - served);
    }

    public void Dispose()
    {
        _selector.Dispose();
        foreach (int writeEnd in _writeEnds)
            _ = close(writeEnd);
    }

    private async Task Serve(int pipe)
    {
        FdRegistration registration = _registrations[pipe];
        int next = (pipe + 1) % _writeEnds.Length;
        while (true)
        {
            await registration.WaitAsync(PollEvents.Read);
            for (int bytes = Take(pipe, 1); bytes > 0; bytes--)
                Pass(next);
        }
    }

    private async Task ServeEdges(int pipe)
    {
        FdRegistration registration = _registrations[pipe];
        int next = (pipe + 1) % _writeEnds.Length;
        while (true)
        {
            await registration.WaitAsync(PollEvents.Read);
            long sequence = registration.Sequence;
            int bytes = Take(pipe, 16);
            // A pipe that gives less than was asked for is empty.
            if (bytes < 16)
                registration.Drained(PollEvents.Read, sequence);
            for (; bytes > 0; bytes--)
                Pass(next);
        }
    }

    private static unsafe (int Read, int Write) MakePipe()
    {
        int* ends = stackalloc int[2];
        const int NonBlockingCloseOnExec = 0x800 | 0x80000;
        return pipe2(ends, NonBlockingCloseOnExec) == 0 ? (ends[0], ends[1]) : throw new IOException("no more pipes");
    }

    private unsafe int Take(int pipe, int length)
    {
        byte* buffer = stackalloc byte[length];
        // An edge whose bytes were read with those of the edge before finds none.
        int bytes = Math.Max(0, (int)read(_readEnds[pipe], buffer, length));
        _served += bytes;
        return bytes;
    }

    private unsafe void Pass(int pipe)
    {
        byte value = 0;
        if (write(_writeEnds[pipe], &value, 1) != 1)
            throw new IOException("the pipe is full");
    }

    [DllImport("libc")]
    private static extern unsafe int pipe2(int* ends, int flags);

    [DllImport("libc")]
    private static extern unsafe nint read(int fd, byte* buffer, nint length);

    [DllImport("libc")]
    private static extern unsafe nint write(int fd, byte* buffer, nint length);

    [DllImport("libc")]
    private static extern int close(int fd);
}
