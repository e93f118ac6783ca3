using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>A non-blocking eventfd.</summary>
internal sealed unsafe class TestCounter : IDisposable
{
    public TestCounter(uint initial = 0) => Handle = SafeEventFdHandle.Create(initial, NativeMethods.LXE_NONBLOCK);

    public SafeEventFdHandle Handle { get; }

    public void Add() => Assert.Equal(0, NativeMethods.lxe_eventfd_write(Handle.Descriptor, 1));

    public bool Take()
    {
        ulong value;
        return NativeMethods.lxe_eventfd_read(Handle.Descriptor, &value) == 0;
    }

    public void Dispose() => Handle.Dispose();
}
