using System.Buffers;

namespace LinuxEvents;

/// <content>Reading and writing.</content>
public sealed partial class FdStream
{
    /// <summary>Reads what is there, and waits only when there is nothing.</summary>
    /// <param name="buffer">Where to. An empty one waits until it is worth reading, and gives 0.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is read then.</param>
    /// <returns>How many bytes, 0 at the end.</returns>
    /// <exception cref="LinuxEventsException">The kernel refused.</exception>
    /// <exception cref="ObjectDisposedException">The stream or the selector was disposed, perhaps meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Reader.ReadAsync(buffer, cancellationToken);

    /// <summary>Writes all of the buffer, and waits while there is no room.</summary>
    /// <param name="buffer">Where from.</param>
    /// <param name="cancellationToken">Ends the wait; a part may be written then.</param>
    /// <exception cref="LinuxEventsException">EPIPE when the reader is gone, or the kernel refused for another reason.</exception>
    /// <exception cref="ObjectDisposedException">The stream or the selector was disposed, perhaps meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Writer.WriteAsync(buffer, cancellationToken);

    /// <summary>Writes all of several buffers, many of them with each system call.</summary>
    /// <param name="buffers">Where from.</param>
    /// <param name="cancellationToken">Ends the wait; a part may be written then.</param>
    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public ValueTask WriteAsync(ReadOnlySequence<byte> buffers, CancellationToken cancellationToken = default) =>
        Writer.WriteAsync(buffers, cancellationToken);

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
    /// <exception cref="InvalidOperationException">This is the loop's thread, which everything else would wait for.</exception>
    /// <exception cref="LinuxEventsException">The kernel refused, or ETIMEDOUT: <see cref="ReadTimeout"/> passed.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed, perhaps meanwhile.</exception>
    public override int Read(Span<byte> buffer) => Reader.ReadBlocking(buffer);

    /// <summary>Writes all of the buffer, and blocks the thread while there is no room.</summary>
    /// <param name="buffer">Where from.</param>
    /// <exception cref="InvalidOperationException">This is the loop's thread, which everything else would wait for.</exception>
    /// <exception cref="LinuxEventsException">EPIPE when the reader is gone; ETIMEDOUT: <see cref="WriteTimeout"/> passed; another refusal.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed, perhaps meanwhile.</exception>
    public override void Write(ReadOnlySpan<byte> buffer) => Writer.WriteBlocking(buffer);

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
}
