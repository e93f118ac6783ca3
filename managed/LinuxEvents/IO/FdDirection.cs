using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>One direction of an <see cref="FdStream"/>: the system call, and the wait when it gives EAGAIN.</summary>
/// <remarks>
/// <para>The registration remembers readiness; <see cref="_drained"/> only remembers that the last operation found nothing more, so that
/// the next begins with the wait (which completes at once when there was a report since) instead of a system call that is
/// bound to fail. It is a hint: whoever acts on an old value makes one call too many, and nobody waits for less than the
/// registration knows.</para>
/// <para>The sequence number is read before the operation. A report that comes between EAGAIN and Drained moves it, and
/// Drained then forgets nothing: the race in which data arrives just after the EAGAIN is lost to nobody.</para>
/// <para>EAGAIN also says that nothing is hung up and no error is pending, whatever was reported before: a named pipe that had
/// lost its last writer has found another. So these are forgotten too, or the next wait would spin on them. A short
/// transfer only says that there is no more of the same: the end of the file may have come with it.</para>
/// </remarks>
internal sealed unsafe class FdDirection(FdStream stream, FdRegistration registration, bool writing, bool shortMeansDrained)
{
    private const PollEvents ReadEvents = PollEvents.Read | PollEvents.ReadHangUp;
    private const PollEvents EndEvents = PollEvents.Error | PollEvents.HangUp;

    private volatile bool _drained;
    private FdOperation? _idle;

    public Selector Selector => registration.Selector;

    /// <summary>Transfers what can be transferred without waiting: some bytes when reading, all when writing.</summary>
    /// <param name="buffer">Where to or from.</param>
    /// <param name="done">How many bytes are done already; moved on.</param>
    /// <returns><see langword="false"/> when there is to be waited first.</returns>
    public bool TryTransfer(ReadOnlySpan<byte> buffer, ref int done)
    {
        ObjectDisposedException.ThrowIf(stream.IsDisposed, stream);
        using var descriptor = new DescriptorReference(registration.Handle);
        fixed (byte* start = buffer)
        {
            do
            {
                long sequence = registration.Sequence;
                int length = buffer.Length - done;
                int count = writing
                    ? NativeMethods.lxe_fd_write(descriptor.Number, start + done, (uint)length)
                    : NativeMethods.lxe_fd_read(descriptor.Number, start, (uint)length);
                if (count == -Errno.EINTR)
                    continue;
                if (count == -Errno.EAGAIN)
                {
                    _drained = true;
                    registration.Drained((writing ? PollEvents.Write : ReadEvents) | EndEvents, sequence);
                    return false;
                }

                done += descriptor.Check(count, writing ? "write" : "read");
                _drained = shortMeansDrained && count < length && count > 0;
                if (_drained)
                    registration.Drained(writing ? PollEvents.Write : PollEvents.Read, sequence);
                if (!writing)
                    return true;
            }
            while (done < buffer.Length);
        }

        return true;
    }

    /// <summary>Waits until it is worth trying again.</summary>
    public ValueTask<PollEvents> WaitAsync(CancellationToken token) =>
        registration.WaitAsync(writing ? PollEvents.Write : ReadEvents, token);

    /// <summary>Transfers, and blocks the thread while it has to wait.</summary>
    public int Transfer(ReadOnlySpan<byte> buffer)
    {
        if (Selector.IsLoopThread)
        {
            throw new InvalidOperationException(
                $"A synchronous {(writing ? "write" : "read")} on the thread of the selector {Selector.Name} would wait for what only this thread can report. Await the asynchronous one.");
        }

        int done = 0;
        if (!_drained && TryTransfer(buffer, ref done))
            return done;
        do
        {
            ValueTask<PollEvents> wait = WaitAsync(CancellationToken.None);
            if (wait.IsCompleted)
                wait.GetAwaiter().GetResult();
            else
                wait.AsTask().GetAwaiter().GetResult();
        }
        while (!TryTransfer(buffer, ref done));
        return done;
    }

    /// <summary>Transfers, and begins to wait if it has to.</summary>
    /// <param name="buffer">Where to or from.</param>
    /// <param name="token">Ends the wait.</param>
    /// <param name="done">How many bytes were transferred, when all is done.</param>
    /// <returns>What goes on with the rest, or <see langword="null"/> when all is done.</returns>
    public FdOperation? Begin(Memory<byte> buffer, CancellationToken token, out int done)
    {
        done = 0;
        Exception? error = null;
        if (!_drained && !token.IsCancellationRequested)
        {
            try
            {
                if (TryTransfer(buffer.Span, ref done))
                    return null;
            }
#pragma warning disable CA1031 // It belongs to whoever awaits.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }
        }

        FdOperation operation = Interlocked.Exchange(ref _idle, null) ?? new FdOperation(this);
        operation.Start(buffer, done, error, token);
        return operation;
    }

    /// <summary>Keeps an operation for the next one that has to wait.</summary>
    public void Return(FdOperation operation) => _idle = operation;
}
