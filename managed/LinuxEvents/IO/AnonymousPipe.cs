using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A pipe without a name: what is written to one end comes out of the other. pipe(7)</summary>
/// <remarks>Both ends are blocking, as programs that inherit one expect, and close-on-exec. A stream over an end makes that end non-blocking.</remarks>
public sealed unsafe class AnonymousPipe : IDisposable
{
    private readonly bool _packets;

    /// <summary>Makes a pipe.</summary>
    /// <param name="capacity">How many bytes it holds at least; 0 for what the kernel gives, which is 65536 in general.</param>
    /// <param name="packets">
    /// Whether each write of up to 4096 bytes is a packet, and each read takes one: what does not fit the reader's buffer is lost.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="LinuxEventsException">EMFILE or ENFILE; EPERM for more than <c>/proc/sys/fs/pipe-max-size</c>.</exception>
    public AnonymousPipe(int capacity = 0, bool packets = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _packets = packets;
        int reader, writer;
        LinuxEventsException.ThrowIfError(NativeMethods.lxe_fd_pipe(&reader, &writer, packets ? NativeMethods.LXE_FD_PACKETS : 0), "pipe2");
        Reader = new SafeFdHandle(reader, ownsHandle: true);
        Writer = new SafeFdHandle(writer, ownsHandle: true);
        try
        {
            if (capacity > 0)
                Capacity = capacity;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The end to read from.</summary>
    public SafeFdHandle Reader { get; }

    /// <summary>The end to write to.</summary>
    public SafeFdHandle Writer { get; }

    /// <summary>How many bytes the pipe holds. The kernel rounds up to a power of two of pages. Asks whichever end is still open.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value to set is not above 0.</exception>
    /// <exception cref="LinuxEventsException">EPERM above <c>/proc/sys/fs/pipe-max-size</c>, EBUSY when it holds more than that just now.</exception>
    /// <exception cref="ObjectDisposedException">Both ends are closed.</exception>
    public int Capacity
    {
        get => SetSize(0, "fcntl(F_GETPIPE_SZ)");
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            SetSize((uint)value, "fcntl(F_SETPIPE_SZ)");
        }
    }

    /// <summary>A stream that reads from the pipe and owns <see cref="Reader"/>.</summary>
    /// <param name="selector">The loop that watches it; <see langword="null"/> for <see cref="Selector.Shared"/>.</param>
    /// <inheritdoc cref="FdStream(System.Runtime.InteropServices.SafeHandle, FileAccess, Selector, bool)" path="/exception"/>
    public FdStream OpenReader(Selector? selector = null) => new(Reader, FileAccess.Read, selector, ownsHandle: true, Origin);

    /// <summary>A stream that writes to the pipe and owns <see cref="Writer"/>.</summary>
    /// <param name="selector">The loop that watches it; <see langword="null"/> for <see cref="Selector.Shared"/>.</param>
    /// <inheritdoc cref="FdStream(System.Runtime.InteropServices.SafeHandle, FileAccess, Selector, bool)" path="/exception"/>
    public FdStream OpenWriter(Selector? selector = null) => new(Writer, FileAccess.Write, selector, ownsHandle: true, Origin);

    /// <summary>Names both ends: "pipe from descriptor 8 to descriptor 7".</summary>
    public override string ToString() => $"pipe from {Writer} to {Reader}";

    /// <summary>Closes both ends, also under the streams.</summary>
    public void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }

    private FdOrigin Origin => _packets ? FdOrigin.Unknown : FdOrigin.BytePipe;

    private int SetSize(uint size, string call)
    {
        using var descriptor = new DescriptorReference(Reader.IsClosed ? Writer : Reader);
        return descriptor.Check(NativeMethods.lxe_fd_pipe_size(descriptor.Number, size), call);
    }
}
