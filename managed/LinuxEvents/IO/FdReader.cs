using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The reading direction. Any number of reads may be under way: each takes what it finds.</summary>
internal sealed unsafe class FdReader : FdDirection
{
    private const PollEvents Events = PollEvents.Read | PollEvents.ReadClose;

    private readonly FdStream _stream;
    private FdReadOperation? _idle;

    /// <param name="stream">Whose direction it is.</param>
    /// <param name="registration">The stream's.</param>
    /// <param name="shortMeansDrained">Whether a read that fills less than its buffer has read all there is, or very likely.</param>
    /// <param name="waitFirst">Whether the first read waits for a report: a FIFO without writers would give the end of the file.</param>
    public FdReader(FdStream stream, FdRegistration registration, bool shortMeansDrained, bool waitFirst)
        : base(stream, registration, Events, "read", shortMeansDrained)
    {
        _stream = stream;
        IsDrained = waitFirst;
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>How many bytes, 0 at the end, or <see cref="FdDirection.NotReady"/>.</returns>
    public int Read(Span<byte> buffer)
    {
        using DescriptorReference descriptor = Open();
        long sequence = Sequence;
        int count;
        fixed (byte* start = buffer)
        {
            do
                count = NativeMethods.lxe_fd_read(descriptor.Number, start, (uint)buffer.Length);
            while (count == -Errno.EINTR);
        }

        // So a terminal's master learns that nobody has the other side open any more.
        if (count == -Errno.EIO && DescriptorWait.Look(descriptor.Number).HasFlag(PollEvents.Close))
            count = 0;
        if (count == 0 && !buffer.IsEmpty)
            _stream.NoteEnd();
        return Conclude(descriptor, count, buffer.Length, sequence);
    }

    /// <summary>Reads, and blocks the thread while there is nothing.</summary>
    public int ReadBlocking(Span<byte> buffer)
    {
        long deadline = BlockingDeadline();
        int count = buffer.IsEmpty ? 0 : IsDrained ? NotReady : Read(buffer);
        while (count == NotReady)
        {
            Block(deadline);
            count = Read(buffer);
        }

        return count;
    }

    /// <summary>Reads, and waits while there is nothing. An empty buffer only waits.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token)
    {
        if (!IsDrained && !buffer.IsEmpty && !token.IsCancellationRequested)
        {
            try
            {
                int count = Read(buffer.Span);
                if (count != NotReady)
                    return new ValueTask<int>(count);
            }
#pragma warning disable CA1031 // It belongs to whoever awaits.
            catch (Exception e)
#pragma warning restore CA1031
            {
                return ValueTask.FromException<int>(e);
            }
        }

        FdReadOperation operation = Interlocked.Exchange(ref _idle, null) ?? new FdReadOperation(this);
        return operation.Start(buffer, token);
    }

    /// <summary>Keeps an operation for the next read that has to wait.</summary>
    public void Return(FdReadOperation operation) => _idle = operation;
}
