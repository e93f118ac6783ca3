using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Opens a FIFO for writing as soon as it has a reader, without a thread that blocks in open(2).</summary>
/// <remarks>
/// <para>A non-blocking open for writing gives ENXIO until there is a reader, and nothing reports the change: inotify's IN_OPEN
/// comes when an open has succeeded, but a reader that opens in the ordinary way blocks in its open until there is a writer. Each would
/// wait for the other. Nor does poll tell: the kernel wakes who polls the writing end only when bytes are read.</para>
/// <para>So the FIFO is first opened for both directions, which never waits, by that for writing, and then the first is closed. Now
/// there is a writer: a reader that blocked goes on, as it would for a blocking writer, its open succeeds, and IN_OPEN comes. Whether there is
/// a reader the writing end itself tells: without one it is in error (EPOLLERR).</para>
/// <para>The watch is set before that first look, and each further look comes after an event: a reader that opens before the look is
/// seen by it, and one that opens later makes an event. A reader that has gone again when we look was none.
/// All three go through the first descriptor, so that a path that is renamed meanwhile can't make them three different FIFOs.</para>
/// <para>For the moment in which both directions are open, another process's non-blocking open for writing may succeed too soon; its
/// writes then give EPIPE.</para>
/// </remarks>
internal static class FifoWriter
{
    /// <exception cref="LinuxEventsException">ENXIO for what is no FIFO, EACCES for one that can't be read.</exception>
    public static async Task<SafeFdHandle> OpenAsync(string path, Selector selector, CancellationToken cancellationToken)
    {
        SafeFdHandle writer;
        FdStream opens;
        using (SafeFdHandle both = OpenBoth(path))
        {
            string magic = $"/proc/self/fd/{both.Descriptor}";
            opens = WatchOpens(magic, selector);
            try
            {
                int result = FdStream.Open(magic, FileAccess.Write);
                writer = new SafeFdHandle(LinuxEventsException.ThrowIfError(result, "open", magic), ownsHandle: true);
            }
            catch
            {
                opens.Dispose();
                throw;
            }
        }

        using (opens)
        {
            try
            {
                byte[] events = new byte[1024];
                while (DescriptorWait.Look(writer.Descriptor).HasFlag(PollEvents.Error))
                    await opens.ReadAsync(events, cancellationToken).ConfigureAwait(false);
                return writer;
            }
            catch
            {
                writer.Dispose();
                throw;
            }
        }
    }

    private static SafeFdHandle OpenBoth(string path)
    {
        int result = FdStream.Open(path, FileAccess.ReadWrite);
        var both = new SafeFdHandle(LinuxEventsException.ThrowIfError(result, "open", $"'{path}', to wait for its reader,"), ownsHandle: true);
        if (((uint)NativeMethods.lxe_fd_query(both.Descriptor) & NativeMethods.LXE_FD_PIPE) != 0)
            return both;
        both.Dispose();
        throw LinuxEventsException.Create(Errno.ENXIO, "open", $"'{path}'");
    }

    private static unsafe FdStream WatchOpens(string path, Selector selector)
    {
        var inotify = new SafeFdHandle(
            LinuxEventsException.ThrowIfError(NativeMethods.lxe_inotify_create(NativeMethods.LXE_NONBLOCK), "inotify_init1"), ownsHandle: true);
        try
        {
            fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
            {
                LinuxEventsException.ThrowIfError(
                    NativeMethods.lxe_inotify_add(inotify.Descriptor, bytes, NativeMethods.LXE_INOTIFY_OPEN), "inotify_add_watch", path);
            }

            return new FdStream(inotify, FileAccess.Read, selector);
        }
        catch
        {
            inotify.Dispose();
            throw;
        }
    }
}
