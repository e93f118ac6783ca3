using System.Runtime.InteropServices;
using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents;

/// <summary>A stream over any descriptor (pipe, socket, terminal, character device), awaited through a <see cref="LinuxEvents.Selector"/>.</summary>
/// <remarks>
/// <para>One reader and one writer may be under way at the same time, from any threads. More of a kind are safe, but
/// nothing says whose bytes come first. Whatever is ready is transferred in the call itself; only then is there a wait. A wait
/// that began on the loop's thread continues there; waiting allocates nothing in the steady state.</para>
/// <para>The descriptor becomes non-blocking. That belongs to the open file description: who shares it (another process on the
/// same terminal) is affected too. A handle that the stream does not own gets its former state back on disposal.</para>
/// <para>A write whose reader is gone throws <see cref="LinuxEventsException"/> with EPIPE; SIGPIPE does no harm, because .NET ignores it.
/// After a cancelled operation the stream goes on being usable; a cancelled write may have written a part.</para>
/// <para>The synchronous operations block the calling thread while the selector's loop, on another thread, watches for it. On the
/// loop's own thread they throw <see cref="InvalidOperationException"/>.</para>
/// </remarks>
public sealed class FdStream : Stream
{
    private readonly FdDirection? _reader;
    private readonly FdDirection? _writer;
    private readonly FdRegistration _registration;
    private readonly bool _ownsHandle;
    private readonly bool _wasBlocking;
    private int _disposed;

    /// <summary>Makes a stream over a descriptor.</summary>
    /// <param name="handle">The descriptor, not registered with that selector yet.</param>
    /// <param name="access">Whether to read, write or both: what the descriptor was opened for.</param>
    /// <param name="selector">The loop that watches it; <see langword="null"/> for <see cref="LinuxEvents.Selector.Shared"/>.</param>
    /// <param name="ownsHandle">Whether disposing the stream disposes the handle. If the constructor throws, it is not.</param>
    /// <exception cref="ArgumentException">The handle is invalid.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="access"/> names neither.</exception>
    /// <exception cref="LinuxEventsException">EBADF for a closed number, EEXIST when it is registered with the selector already.</exception>
    public FdStream(SafeHandle handle, FileAccess access, Selector? selector = null, bool ownsHandle = true)
        : this(handle, access, selector, ownsHandle, isPipe: handle is SafePipeHandle)
    {
    }

    internal FdStream(SafeHandle handle, FileAccess access, Selector? selector, bool ownsHandle, bool isPipe)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (access is < FileAccess.Read or > FileAccess.ReadWrite)
            throw new ArgumentOutOfRangeException(nameof(access), access, "Neither reading nor writing.");
        _ownsHandle = ownsHandle;
        _registration = (selector ?? Selector.Shared).Register(handle, new RegistrationOptions { Trigger = TriggerMode.Edge });
        try
        {
            using var descriptor = new DescriptorReference(handle);
            _wasBlocking = descriptor.Check(NativeMethods.lxe_fd_set_nonblocking(descriptor.Number, 1), "fcntl(F_SETFL)") == 0;
        }
        catch
        {
            _registration.Dispose();
            throw;
        }

        if (access.HasFlag(FileAccess.Read))
            _reader = new FdDirection(this, _registration, writing: false, isPipe);
        if (access.HasFlag(FileAccess.Write))
            _writer = new FdDirection(this, _registration, writing: true, isPipe);
    }

    /// <summary>The descriptor.</summary>
    public SafeHandle Handle => _registration.Handle;

    /// <summary>The loop that watches it.</summary>
    public Selector Selector => _registration.Selector;

    /// <inheritdoc/>
    public override bool CanRead => _reader is not null && !IsDisposed;

    /// <inheritdoc/>
    public override bool CanWrite => _writer is not null && !IsDisposed;

    /// <summary>Always <see langword="false"/>: bytes come and go in order.</summary>
    public override bool CanSeek => false;

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

    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    private FdDirection Reader => _reader ?? throw new NotSupportedException("The stream was not opened for reading.");

    private FdDirection Writer => _writer ?? throw new NotSupportedException("The stream was not opened for writing.");

    /// <summary>Reads what is there, and waits only when there is nothing.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is read then.</param>
    /// <returns>How many bytes, 0 at the end.</returns>
    /// <exception cref="LinuxEventsException">The kernel refused.</exception>
    /// <exception cref="ObjectDisposedException">The stream or the selector was disposed, perhaps meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        FdOperation? operation = Reader.Begin(buffer, cancellationToken, out int count);
        return operation is null ? new ValueTask<int>(count) : new ValueTask<int>(operation, operation.Version);
    }

    /// <summary>Writes all of the buffer, and waits while there is no room.</summary>
    /// <param name="buffer">Where from.</param>
    /// <param name="cancellationToken">Ends the wait; a part may be written then.</param>
    /// <exception cref="LinuxEventsException">EPIPE when the reader is gone, or the kernel refused for another reason.</exception>
    /// <exception cref="ObjectDisposedException">The stream or the selector was disposed, perhaps meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        FdOperation? operation = Writer.Begin(MemoryMarshal.AsMemory(buffer), cancellationToken, out _);
        return operation is null ? default : new ValueTask(operation, operation.Version);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Reads what is there, and blocks the thread only when there is nothing.</summary>
    /// <param name="buffer">Where to.</param>
    /// <returns>How many bytes, 0 at the end.</returns>
    /// <exception cref="InvalidOperationException">This is the loop's thread, which would wait for itself.</exception>
    /// <exception cref="LinuxEventsException">The kernel refused.</exception>
    /// <exception cref="ObjectDisposedException">The stream or the selector was disposed, perhaps meanwhile.</exception>
    public override int Read(Span<byte> buffer) => Reader.Transfer(buffer);

    /// <summary>Writes all of the buffer, and blocks the thread while there is no room.</summary>
    /// <param name="buffer">Where from.</param>
    /// <exception cref="InvalidOperationException">This is the loop's thread, which would wait for itself.</exception>
    /// <exception cref="LinuxEventsException">EPIPE when the reader is gone, or the kernel refused for another reason.</exception>
    /// <exception cref="ObjectDisposedException">The stream or the selector was disposed, perhaps meanwhile.</exception>
    public override void Write(ReadOnlySpan<byte> buffer) => Writer.Transfer(buffer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override int ReadByte()
    {
        byte value = 0;
        return Read(new Span<byte>(ref value)) == 0 ? -1 : value;
    }

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write(new ReadOnlySpan<byte>(in value));

    /// <inheritdoc/>
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    /// <inheritdoc/>
    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    /// <inheritdoc/>
    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    /// <inheritdoc/>
    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    /// <summary>Does nothing: nothing is buffered here.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: nothing is buffered here.</summary>
    /// <param name="cancellationToken">Not needed.</param>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
            // The registration still keeps the descriptor open.
            if (!_ownsHandle && _wasBlocking)
                _ = NativeMethods.lxe_fd_set_nonblocking((int)Handle.DangerousGetHandle(), 0);
            _registration.Dispose();
            if (_ownsHandle)
                Handle.Dispose();
        }

        base.Dispose(disposing);
    }

    private static NotSupportedException CannotSeek() => new("The stream can't seek.");
}
