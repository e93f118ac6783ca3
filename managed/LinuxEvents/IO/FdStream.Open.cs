using System.IO.Pipelines;
using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>Opening, and pipes over it.</content>
public sealed partial class FdStream
{
    /// <summary>Opens what a path names, a FIFO, terminal or device in particular, without blocking the thread. Makes nothing.</summary>
    /// <param name="path">The path.</param>
    /// <param name="access">Whether to read, write or both.</param>
    /// <param name="selector">The loop that watches it; <see langword="null"/> for <see cref="LinuxEvents.Selector.Shared"/>.</param>
    /// <param name="cancellationToken">Ends the wait for a FIFO's reader.</param>
    /// <returns>The stream, which owns its descriptor. Only a FIFO for writing may have to be waited for.</returns>
    /// <remarks>
    /// <para>A FIFO opens for reading at once, and the first read waits for the first writer. It opens for writing when somebody has it
    /// open for reading; to be waited for, it must be readable for the caller too, and /proc be there. Opened for both it needs nobody
    /// else, and never comes to its end.</para>
    /// <para>A terminal does not become the controlling one, and a modem line is opened without carrier. The descriptor is
    /// close-on-exec and non-blocking.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty or holds a null character.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="access"/> names neither.</exception>
    /// <exception cref="LinuxEventsException">The kernel refused: ENOENT, EACCES, EISDIR, ENXIO for a socket or a missing device, ...</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed, perhaps meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<FdStream> OpenAsync(
        string path, FileAccess access, Selector? selector = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0'))
            throw new ArgumentException("A path can't hold a null character.", nameof(path));
        CheckAccess(access);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FdStream>(cancellationToken);
        selector ??= Selector.Shared;
        try
        {
            int result = Open(path, access);
            return result == -Errno.ENXIO && access == FileAccess.Write
                ? new ValueTask<FdStream>(OpenWriterAsync(path, selector, cancellationToken))
                : new ValueTask<FdStream>(Own(LinuxEventsException.ThrowIfError(result, "open", $"'{path}'"), access, selector));
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ValueTask.FromException<FdStream>(e);
        }
    }

    /// <summary>A reader that fills its buffer straight from the descriptor, and holds no memory while it waits with nothing buffered.</summary>
    /// <param name="options">
    /// How; by default with blocks of 16 KiB. <see cref="StreamPipeReaderOptions.UseZeroByteReads"/> makes no difference.
    /// </param>
    /// <remarks>
    /// Do not read from the stream itself meanwhile. Completing the reader ends a pending read as cancelled, and disposes the stream, unless the options say otherwise. Its
    /// <see cref="PipeReader.TryRead"/> also takes what is ready but not read yet.
    /// </remarks>
    /// <exception cref="NotSupportedException">The stream is not for reading.</exception>
    public PipeReader CreatePipeReader(StreamPipeReaderOptions? options = null) =>
        new FdPipeReader(this, options ?? new StreamPipeReaderOptions(bufferSize: 16 * 1024));

    /// <summary>A writer whose flush writes all that is buffered, block beside block, with as few system calls as the kernel allows.</summary>
    /// <param name="options">How; by default with blocks of 4 KiB.</param>
    /// <remarks>
    /// <para>Do not write to the stream itself meanwhile. Completing the writer writes what is buffered, or ends a pending flush as cancelled, and disposes the stream, unless the options say otherwise;
    /// <see cref="PipeWriter.Complete"/> blocks for what is buffered still, and so throws on the loop's thread if there is no room:
    /// prefer <see cref="PipeWriter.CompleteAsync"/>.</para>
    /// <para>A flush ends when the kernel has taken all: that is the backpressure. One that is cancelled leaves what is not written buffered.
    /// When the reader is gone (EPIPE), <see cref="FlushResult.IsCompleted"/> says so, and what is buffered is dropped; other errors throw.</para>
    /// </remarks>
    /// <exception cref="NotSupportedException">The stream is not for writing.</exception>
    public PipeWriter CreatePipeWriter(StreamPipeWriterOptions? options = null) => new FdPipeWriter(this, options ?? new StreamPipeWriterOptions());

    internal static unsafe int Open(string path, FileAccess access)
    {
        int result;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
        {
            do
                result = NativeMethods.lxe_fd_open(bytes, (uint)access, NativeMethods.LXE_NONBLOCK);
            while (result == -Errno.EINTR);
        }

        return result;
    }

    private static async Task<FdStream> OpenWriterAsync(string path, Selector selector, CancellationToken cancellationToken) =>
        Own(await FifoWriter.OpenAsync(path, selector, cancellationToken).ConfigureAwait(false), FileAccess.Write, selector);

    private static FdStream Own(int descriptor, FileAccess access, Selector selector) =>
        Own(new SafeFdHandle(descriptor, ownsHandle: true), access, selector);

    private static FdStream Own(SafeFdHandle handle, FileAccess access, Selector selector)
    {
        try
        {
            bool isFifo = ((uint)NativeMethods.lxe_fd_query(handle.Descriptor) & NativeMethods.LXE_FD_PIPE) != 0;
            return new FdStream(handle, access, selector, ownsHandle: true, isFifo && access == FileAccess.Read ? FdOrigin.NewFifoReader : FdOrigin.Unknown);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
