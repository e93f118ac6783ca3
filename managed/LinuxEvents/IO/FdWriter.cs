using System.Buffers;
using System.Runtime.CompilerServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The writing direction. One write at a time is under way, others stand in line: so the bytes of each stay together.</summary>
internal sealed class FdWriter(FdStream stream, FdRegistration registration, bool shortMeansDrained)
    : FdDirection(stream, registration, PollEvents.Write, "write", shortMeansDrained)
{
    /// <summary>So many segments go into one system call.</summary>
    private const int MaxVectors = 32;

    private readonly WriterLine _line = new();
    private FdWriteOperation? _idle;

    /// <summary>Writes, and blocks the thread while there is no room.</summary>
    public void WriteBlocking(ReadOnlySpan<byte> buffer)
    {
        long deadline = BlockingDeadline();
        if (!_line.TryEnter() && !_line.Wait(Timeout))
            ThrowTimedOut();
        try
        {
            do
            {
                int count = IsDrained ? NotReady : Write(buffer);
                if (count != NotReady)
                {
                    buffer = buffer[count..];
                }
                else
                {
                    Block(deadline);
                    IsDrained = false;
                }
            }
            while (!buffer.IsEmpty);
        }
        finally
        {
            Leave();
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken token)
    {
        if (!_line.TryEnter())
            return WriteInLine(buffer, token);
        if (IsDrained || token.IsCancellationRequested)
            return WriteRest(buffer, token);

        // Nearly always all is written at once, without a sequence.
        int count;
        try
        {
            count = Write(buffer.Span);
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Leave();
            return ValueTask.FromException(e);
        }

        if (count != buffer.Length)
            return WriteRest(count == NotReady ? buffer : buffer[count..], token);
        Leave();
        return default;
    }

    public ValueTask WriteAsync(in ReadOnlySequence<byte> buffers, CancellationToken token) =>
        _line.TryEnter() ? WriteNow(buffers, token) : WriteInLineAsync(buffers, token);

    /// <summary>Writes all, as far as there is room.</summary>
    /// <param name="rest">What is still to be written; what is written is taken off.</param>
    /// <returns>Whether all is written; otherwise there is to be waited first.</returns>
    public bool TryWrite(ref ReadOnlySequence<byte> rest)
    {
        do
        {
            int count = rest.IsSingleSegment ? Write(rest.FirstSpan) : WriteVector(rest);
            if (count == NotReady)
                return false;
            rest = rest.Slice(count);
        }
        while (!rest.IsEmpty && !IsDrained);
        return rest.IsEmpty;
    }

    /// <summary>Closes this half of a connection.</summary>
    public void Shutdown()
    {
        using DescriptorReference descriptor = Open();
        descriptor.Check(NativeMethods.lxe_fd_shutdown(descriptor.Number, NativeMethods.LXE_FD_WRITE), "shutdown");
    }

    /// <summary>Lets the next in line write.</summary>
    public void Leave() => _line.Leave();

    /// <summary>Keeps an operation for the next write that has to wait.</summary>
    public void Return(FdWriteOperation operation) => _idle = operation;

    // These two stand apart because whoever calls them would have to clear room for their sequences even when it does not.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask WriteRest(ReadOnlyMemory<byte> rest, CancellationToken token) => WriteNow(new ReadOnlySequence<byte>(rest), token);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask WriteInLine(ReadOnlyMemory<byte> buffer, CancellationToken token) =>
        WriteInLineAsync(new ReadOnlySequence<byte>(buffer), token);

    private async ValueTask WriteInLineAsync(ReadOnlySequence<byte> buffers, CancellationToken token)
    {
        bool onLoop = Selector.IsLoopThread;
        await _line.WaitAsync(token).ConfigureAwait(onLoop);
        await WriteNow(buffers, token).ConfigureAwait(onLoop);
    }

    private ValueTask WriteNow(ReadOnlySequence<byte> buffers, CancellationToken token)
    {
        try
        {
            if (!IsDrained && !token.IsCancellationRequested && TryWrite(ref buffers))
            {
                Leave();
                return default;
            }
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Leave();
            return ValueTask.FromException(e);
        }

        return Start(buffers, token);
    }

    private ValueTask Start(in ReadOnlySequence<byte> rest, CancellationToken token)
    {
        FdWriteOperation operation = Interlocked.Exchange(ref _idle, null) ?? new FdWriteOperation(this);
        return operation.Start(rest, token);
    }

    private unsafe int Write(ReadOnlySpan<byte> buffer)
    {
        using DescriptorReference descriptor = Open();
        long sequence = Sequence;
        int count;
        fixed (byte* start = buffer)
        {
            do
                count = NativeMethods.lxe_fd_write(descriptor.Number, start, (uint)buffer.Length);
            while (count == -Errno.EINTR);
        }

        return Conclude(descriptor, count, buffer.Length, sequence);
    }

    private unsafe int WriteVector(in ReadOnlySequence<byte> buffers)
    {
        using DescriptorReference descriptor = Open();
        long sequence = Sequence, length = 0;
        lxe_fd_vector* vectors = stackalloc lxe_fd_vector[MaxVectors];
        Pins pins = default;
        int used = 0, count;
        try
        {
            foreach (ReadOnlyMemory<byte> segment in buffers)
            {
                if (segment.IsEmpty)
                    continue;
                pins[used] = segment.Pin();
                vectors[used] = new lxe_fd_vector { buffer = pins[used].Pointer, length = (nuint)segment.Length };
                length += segment.Length;
                if (++used == MaxVectors)
                    break;
            }

            do
                count = NativeMethods.lxe_fd_writev(descriptor.Number, vectors, (uint)used);
            while (count == -Errno.EINTR);
        }
        finally
        {
            while (used > 0)
                pins[--used].Dispose();
        }

        return Conclude(descriptor, count, length, sequence);
    }

    [InlineArray(MaxVectors)]
    private struct Pins
    {
        private MemoryHandle _first;
    }
}
