using System.Runtime.InteropServices;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>The calls that a user of descriptors makes, as plainly as C makes them.</summary>
internal static unsafe partial class Libc
{
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000;

    /// <summary>A pair of connected stream sockets.</summary>
    public static (int Reader, int Writer) SocketPair()
    {
        const int Unix = 1, Stream = 1;
        int* ends = stackalloc int[2];
        return socketpair(Unix, Stream | NonBlockingCloseOnExec, 0, ends) == 0 ? (ends[0], ends[1]) : throw new IOException("no more sockets");
    }

    public static int Accept(int listener) => accept4(listener, null, null, NonBlockingCloseOnExec);

    /// <returns>What was read; 0 when there is nothing.</returns>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
            return Math.Max(0, (int)read(descriptor, bytes, buffer.Length));
    }

    public static void Write(int descriptor, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            if (write(descriptor, bytes, buffer.Length) != buffer.Length)
                throw new IOException("the descriptor is full");
        }
    }

    [LibraryImport("libc")]
    private static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc")]
    private static partial int accept4(int listener, void* address, void* length, int flags);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* buffer, nint length);
}
