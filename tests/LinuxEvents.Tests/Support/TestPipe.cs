using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>A non-blocking pipe.</summary>
internal sealed unsafe class TestPipe : IDisposable
{
    public TestPipe()
    {
        int read, write;
        Assert.Equal(0, NativeMethods.lxe_fd_pipe(&read, &write, NativeMethods.LXE_NONBLOCK));
        ReadEnd = new SafeFdHandle(read, ownsHandle: true);
        WriteEnd = new SafeFdHandle(write, ownsHandle: true);
    }

    public SafeFdHandle ReadEnd { get; }

    public SafeFdHandle WriteEnd { get; }

    public static int Read(SafeFdHandle handle, int length = 1)
    {
        byte* buffer = stackalloc byte[length];
        return NativeMethods.lxe_fd_read(handle.Descriptor, buffer, (uint)length);
    }

    public static int Write(SafeFdHandle handle, int length = 1)
    {
        byte* buffer = stackalloc byte[length];
        return NativeMethods.lxe_fd_write(handle.Descriptor, buffer, (uint)length);
    }

    public int Read(int length = 1) => Read(ReadEnd, length);

    public int Write(int length = 1) => Write(WriteEnd, length);

    public void Fill()
    {
        while (Write(1024) > 0)
        {
        }
    }

    public void Dispose()
    {
        ReadEnd.Dispose();
        WriteEnd.Dispose();
    }
}
