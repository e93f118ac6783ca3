using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>One direction of an <see cref="FdStream"/>: its system calls, and the wait when one gives EAGAIN.</summary>
/// <remarks>
/// <para>The registration remembers readiness; <see cref="IsDrained"/> only remembers that the last operation found nothing more, so that
/// the next begins with the wait (which completes at once when there was a report since) instead of a system call that is
/// bound to fail. It is a hint: whoever acts on an old value makes one call too many, and nobody waits for less than the
/// registration knows.</para>
/// <para>A stream socket of the Unix domain is best registered level-triggered, where it is used by the loop's thread: a short transfer proves nothing
/// there, but makes it so likely that there is no more, that the next operation begins with the wait. That asks the kernel, together
/// with all other descriptors, and costs one event for each message; edge-triggered, an operation that gives EAGAIN must come between two
/// messages. Elsewhere a wait costs a change of threads, so there it is the operation that asks, also level-triggered.</para>
/// <para>Edge-triggered: the sequence number is read before the operation. A report that comes between EAGAIN and MarkDrained moves it, and
/// MarkDrained then forgets nothing: the race in which data arrives just after the EAGAIN is lost to nobody.</para>
/// <para>EAGAIN also says that nothing is hung up and no error is pending, whatever was reported before: a named pipe that had
/// lost its last writer has found another. So these are forgotten too, or the next wait would spin on them. A short
/// transfer only says that there is no more of the same: the end of the file may have come with it. And that only of byte pipes
/// and of TCP sockets without urgent data, at whose mark a read stops short; elsewhere messages, packets, or descriptors
/// that are passed along a Unix socket end a read before all is read.</para>
/// </remarks>
internal abstract class FdDirection(FdStream stream, FdRegistration registration, PollEvents events, string call, bool shortMeansDrained) : IDisposable
{
    /// <summary>What a transfer gives when there is to be waited first.</summary>
    public const int NotReady = -1;

    private readonly SafeHandle _lease = stream.Lease;
    private volatile bool _drained;
    private BlockingWait? _blocking;

    public Selector Selector => registration.Selector;

    public FdRegistration Registration => registration;

    /// <summary>Whether the next transfer had better begin with the wait. A hint.</summary>
    public bool IsDrained
    {
        get => _drained && (!registration.IsLevelTriggered || Selector.IsLoopThread);
        protected set => _drained = value;
    }

    /// <summary>Whether something was reported since it was drained, or it is not known to be drained. A hint too.</summary>
    public bool MayBeReady => !IsDrained || registration.Remembered(events) != PollEvents.None;

    /// <summary>Whether anything but a transfer would tell. Not level-triggered, where nobody reports what nobody waits for.</summary>
    public bool IsWatched => !registration.IsLevelTriggered;

    /// <summary>How long a synchronous operation may block, in milliseconds.</summary>
    public int Timeout { get; set; } = System.Threading.Timeout.Infinite;

    protected long Sequence => registration.Sequence;

    /// <summary>Has an operation wait until it is worth trying.</summary>
    /// <returns><see langword="false"/> when it is already.</returns>
    public bool TryWait(FdOperation operation) => stream.IsDisposed ? throw stream.Disposed() : registration.TryWait(operation, events);

    /// <summary>Lets nobody sleep here any more.</summary>
    public void Dispose() => Volatile.Read(ref _blocking)?.Dispose();

    protected DescriptorReference Open()
    {
        if (stream.IsDisposed)
            throw stream.Disposed();
        return new DescriptorReference(_lease);
    }

    /// <summary>Draws the conclusions from the result of a system call.</summary>
    /// <returns>How many bytes were transferred, or <see cref="NotReady"/>.</returns>
    protected int Conclude(in DescriptorReference descriptor, int count, long length, long sequence)
    {
        if (count == -Errno.EAGAIN)
        {
            _drained = true;
            registration.MarkDrained(events | PollEvents.Error | PollEvents.Close, sequence);
            return NotReady;
        }

        descriptor.Check(count, call);
        _drained = shortMeansDrained && count < length && count > 0 && !registration.Remembered(PollEvents.Priority).HasFlag(PollEvents.Priority);
        if (_drained)
            registration.MarkDrained(events & (PollEvents.Read | PollEvents.Write), sequence);
        return count;
    }

    /// <summary>When a synchronous operation that begins now gives up.</summary>
    /// <exception cref="InvalidOperationException">This is the loop's thread.</exception>
    protected long BlockingDeadline()
    {
        if (Selector.IsLoopThread)
        {
            throw new InvalidOperationException(
                $"A synchronous {call} on the thread of the selector {Selector.Name} would hold up everything that it serves. Await the asynchronous one.");
        }

        return Deadline.After(Timeout < 0 ? System.Threading.Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Timeout));
    }

    /// <summary>Blocks the thread until it is worth trying. Whoever disposes the stream looks for the sleeper after having marked the stream.</summary>
    protected void Block(long deadline)
    {
        if (_blocking is null)
        {
            var made = new BlockingWait(registration.Handle, events);
            if (Interlocked.CompareExchange(ref _blocking, made, null) is not null)
                made.Dispose();
            if (stream.IsDisposed)
                _blocking.Dispose();
        }

        if (!_blocking.Sleep(deadline))
            ThrowTimedOut();
    }

    protected void ThrowTimedOut() => LinuxEventsException.Throw(Errno.ETIMEDOUT, call, registration.Handle);
}
