using System.Runtime.InteropServices;

namespace LinuxEvents.Tests;

/// <summary>Two connected, non-blocking Unix sockets, of streams or of another type.</summary>
internal sealed unsafe class TestSocketPair : IDisposable
{
    public TestSocketPair(int type = 1)
    {
        int* pair = stackalloc int[2];
        const int UnixDomain = 1, NonBlockingCloseOnExec = 0x800 | 0x80000;
        Assert.Equal(0, socketpair(UnixDomain, type | NonBlockingCloseOnExec, 0, pair));
        Left = new SafeFdHandle(pair[0], ownsHandle: true);
        Right = new SafeFdHandle(pair[1], ownsHandle: true);
    }

    public SafeFdHandle Left { get; }

    public SafeFdHandle Right { get; }

    /// <summary>Closes the writing half of an end.</summary>
    public static void Shutdown(SafeFdHandle end) => Assert.Equal(0, shutdown(end.Descriptor, 1));

    public void Dispose()
    {
        Left.Dispose();
        Right.Dispose();
    }

    [DllImport("libc")]
    private static extern int socketpair(int domain, int type, int protocol, int* pair);

    [DllImport("libc")]
    private static extern int shutdown(int socket, int how);
}
