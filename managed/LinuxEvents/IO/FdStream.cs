using System.Runtime.InteropServices;
using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents;

/// <summary>A stream over any descriptor (pipe, socket, terminal, device, inotify), awaited through a <see cref="LinuxEvents.Selector"/>.</summary>
/// <remarks>
/// <para>Whatever is ready is transferred in the call itself; only then is there a wait. A wait that began on the loop's thread
/// continues there; waiting allocates nothing in the steady state. Regular files and /dev/null are always ready.</para>
/// <para>Reads and writes may be under way at the same time, from any threads. Of several reads each takes what it
/// finds, in no promised order. Of several writes each is written whole before the next begins.</para>
/// <para>The descriptor becomes non-blocking. That belongs to the open file description: who shares it (another process on the
/// same terminal) is affected too, and one that makes it blocking again makes the selector's thread block in a read here. A handle that the
/// stream does not own gets its former state back on disposal.</para>
/// <para>A write whose reader is gone throws <see cref="LinuxEventsException"/> with EPIPE; SIGPIPE does no harm, because .NET ignores it.
/// A terminal's master is at its end while nobody has the other side open (the kernel's EIO).
/// After a cancelled operation the stream goes on being usable; a cancelled write may have written a part.</para>
/// <para>What keeps messages apart keeps them: a read of an inotify, eventfd or datagram descriptor takes what one read(2) takes, and fails as it does
/// (EINVAL) when the buffer is too small.</para>
/// <para>A stream over a stream socket of the Unix domain is best made on the thread of the loop that uses it: then each message costs one event
/// and one read, instead of one read more that finds nothing. It works from anywhere all the same.</para>
/// <para>The synchronous operations block the calling thread and need no running loop. On the loop's own thread they throw
/// <see cref="InvalidOperationException"/>. A thread that has once blocked leaves the stream with two more descriptors.</para>
/// </remarks>
public sealed partial class FdStream : Stream
{
    private readonly FdReader? _reader;
    private readonly FdWriter? _writer;
    private readonly FdRegistration _registration;
    private readonly bool _ownsHandle;
    private readonly SafeHandle _lease;
    private int _disposed;

    /// <summary>Makes a stream over a descriptor, for what it was opened for.</summary>
    /// <param name="handle">The descriptor, not registered with that selector yet.</param>
    /// <param name="selector">The loop that watches it; <see langword="null"/> for <see cref="LinuxEvents.Selector.Shared"/>.</param>
    /// <param name="ownsHandle">Whether disposing the stream disposes the handle. If the constructor throws, it is not.</param>
    /// <exception cref="ArgumentException">The handle is invalid, or was opened for neither reading nor writing (O_PATH).</exception>
    /// <exception cref="LinuxEventsException">EBADF for a closed number, EEXIST when it is registered with the selector already.</exception>
    public FdStream(SafeHandle handle, Selector? selector = null, bool ownsHandle = true)
        : this(handle, 0, selector, ownsHandle, FdOrigin.Unknown)
    {
    }

    /// <summary>Makes a stream over a descriptor, for a part of what it was opened for.</summary>
    /// <param name="handle">The descriptor, not registered with that selector yet.</param>
    /// <param name="access">Whether to read, write or both.</param>
    /// <param name="selector">The loop that watches it; <see langword="null"/> for <see cref="LinuxEvents.Selector.Shared"/>.</param>
    /// <param name="ownsHandle">Whether disposing the stream disposes the handle. If the constructor throws, it is not.</param>
    /// <exception cref="ArgumentException">The handle is invalid, or was not opened for that.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="access"/> names neither.</exception>
    /// <exception cref="LinuxEventsException">EBADF for a closed number, EEXIST when it is registered with the selector already.</exception>
    public FdStream(SafeHandle handle, FileAccess access, Selector? selector = null, bool ownsHandle = true)
        : this(handle, CheckAccess(access), selector, ownsHandle, FdOrigin.Unknown)
    {
    }

    internal FdStream(SafeHandle handle, FileAccess access, Selector? selector, bool ownsHandle, FdOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (handle.IsInvalid)
            throw new ArgumentException("The handle holds no descriptor.", nameof(handle));
        using var descriptor = new DescriptorReference(handle);
        int query = descriptor.Check(NativeMethods.lxe_fd_query(descriptor.Number), "fcntl(F_GETFL)");
        var opened = (FileAccess)query & FileAccess.ReadWrite;
        if (access == 0)
            access = opened;
        if (access == 0 || (access & ~opened) != 0)
            throw new ArgumentException($"{handle} was opened for {(opened == 0 ? "neither reading nor writing" : $"{opened} only")}.", nameof(handle));

        _ownsHandle = ownsHandle;
        selector ??= Selector.Shared;
        bool level = ((uint)query & NativeMethods.LXE_FD_UNIX_STREAM) != 0 && selector.IsLoopThread;
        _registration = selector.Register(handle, level ? RegistrationOptions.Default : RegistrationOptions.Edge);
        try
        {
            bool wasBlocking = descriptor.Check(NativeMethods.lxe_fd_set_nonblocking(descriptor.Number, 1), "fcntl(F_SETFL)") == 0;
            _lease = wasBlocking && !ownsHandle ? new NonBlockingLease(handle) : handle;
        }
        catch
        {
            _registration.Dispose();
            throw;
        }

        // What .NET calls a named pipe is a socket.
        bool isPipe = handle is SafePipeHandle && ((uint)query & NativeMethods.LXE_FD_PIPE) != 0;
        bool shortMeansDrained = level || origin == FdOrigin.BytePipe || isPipe || ((uint)query & NativeMethods.LXE_FD_TCP) != 0;
        if (access.HasFlag(FileAccess.Read))
            _reader = new FdReader(this, _registration, shortMeansDrained, waitFirst: origin == FdOrigin.NewFifoReader);
        if (access.HasFlag(FileAccess.Write))
            _writer = new FdWriter(this, _registration, shortMeansDrained);
    }

    /// <summary>The descriptor.</summary>
    public SafeHandle Handle => _registration.Handle;

    /// <summary>The loop that watches it.</summary>
    public Selector Selector => _registration.Selector;

    /// <summary>Whether the stream was made for reading and is not disposed.</summary>
    public override bool CanRead => _reader is not null && !IsDisposed;

    /// <summary>Whether the stream was made for writing and is not disposed.</summary>
    public override bool CanWrite => _writer is not null && !IsDisposed;

    /// <summary>Always <see langword="false"/>: bytes come and go in order.</summary>
    public override bool CanSeek => false;

    /// <summary>Always <see langword="true"/>: see <see cref="ReadTimeout"/>.</summary>
    public override bool CanTimeout => true;

    /// <summary>
    /// How long a synchronous read may block, in milliseconds, before it throws <see cref="LinuxEventsException"/> with ETIMEDOUT;
    /// <see cref="Timeout.Infinite"/> at first. The asynchronous ones take a token.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value to set is neither above 0 nor <see cref="Timeout.Infinite"/>.</exception>
    /// <exception cref="NotSupportedException">The stream is not for reading.</exception>
    public override int ReadTimeout
    {
        get => Reader.Timeout;
        set => Reader.Timeout = CheckTimeout(value);
    }

    /// <summary>
    /// How long a synchronous write may block, in milliseconds, before it throws <see cref="LinuxEventsException"/> with ETIMEDOUT, with a part
    /// written perhaps; <see cref="Timeout.Infinite"/> at first. The asynchronous ones take a token.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value to set is neither above 0 nor <see cref="Timeout.Infinite"/>.</exception>
    /// <exception cref="NotSupportedException">The stream is not for writing.</exception>
    public override int WriteTimeout
    {
        get => Writer.Timeout;
        set => Writer.Timeout = CheckTimeout(value);
    }

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw CannotSeek();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw CannotSeek();
        set => throw CannotSeek();
    }

    /// <summary>What system calls take a reference to.</summary>
    internal SafeHandle Lease => _lease;

    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    internal FdReader Reader => _reader ?? throw new NotSupportedException("The stream was not opened for reading.");

    internal FdWriter Writer => _writer ?? throw new NotSupportedException("The stream was not opened for writing.");

    internal ObjectDisposedException Disposed() => new(typeof(FdStream).FullName, $"The stream over {_registration} was disposed.");

    /// <summary>Closes the writing half of a connected socket: its peer reads what was written, and then the end. Reading goes on.</summary>
    /// <exception cref="LinuxEventsException">ENOTSOCK for what is no socket (a pipe's writing end is closed by disposing), or ENOTCONN.</exception>
    /// <exception cref="NotSupportedException">The stream is not for writing.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed.</exception>
    public void CompleteWrites() => Writer.Shutdown();

    /// <summary>Not supported.</summary>
    /// <param name="offset">Not used.</param>
    /// <param name="origin">Not used.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw CannotSeek();

    /// <summary>Not supported.</summary>
    /// <param name="value">Not used.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw CannotSeek();

    /// <summary>Ends what is under way with <see cref="ObjectDisposedException"/>, and closes the descriptor if it is owned.</summary>
    /// <param name="disposing">Whether this is no finalizer.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _registration.Close(_ => Disposed());
            _reader?.Dispose();
            _writer?.Dispose();
            if (_ownsHandle || _lease != Handle)
                _lease.Dispose();
            NoteEnd();
        }

        base.Dispose(disposing);
    }

    private static FileAccess CheckAccess(FileAccess access) => access is >= FileAccess.Read and <= FileAccess.ReadWrite
        ? access : throw new ArgumentOutOfRangeException(nameof(access), access, "Neither reading nor writing.");

    private static int CheckTimeout(int value) => value is > 0 or Timeout.Infinite
        ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A time in milliseconds above 0, or Timeout.Infinite.");

    private static NotSupportedException CannotSeek() => new("The stream can't seek.");
}
