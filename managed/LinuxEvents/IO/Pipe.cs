using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A pipe. pipe(7)</summary>
internal static unsafe class Pipe
{
    /// <summary>Makes one; both ends are blocking and close-on-exec.</summary>
    public static (SafeFdHandle Reader, SafeFdHandle Writer) Create()
    {
        int reader, writer;
        LinuxEventsException.ThrowIfError(NativeMethods.lxe_fd_pipe(&reader, &writer, 0), "pipe2");
        return (new SafeFdHandle(reader, ownsHandle: true), new SafeFdHandle(writer, ownsHandle: true));
    }
}
