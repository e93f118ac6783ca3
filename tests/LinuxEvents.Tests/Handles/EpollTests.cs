using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Tests;

/// <summary>The plain epoll set.</summary>
public sealed class EpollTests
{
    private readonly EpollEvent[] _events = new EpollEvent[4];

    [Fact]
    public unsafe void An_event_is_laid_out_as_the_native_one() => Assert.Equal(sizeof(lxe_epoll_event), sizeof(EpollEvent));

    [Fact]
    public void Reports_what_was_asked_for_with_its_data()
    {
        using var epoll = new Epoll();
        using EventFd first = new(1), second = new();
        epoll.Add(first.Handle, EpollEvents.Read, ulong.MaxValue);
        epoll.Add(second.Handle, EpollEvents.Read | EpollEvents.Write, 2);
        Assert.Equal(2, epoll.Wait(_events, TimeSpan.Zero));
        EpollEvent[] byData = [.. _events.Take(2).OrderBy(e => e.Data)];
        Assert.Equal((2UL, EpollEvents.Write), (byData[0].Data, byData[0].Events));
        Assert.Equal((ulong.MaxValue, EpollEvents.Read), (byData[1].Data, byData[1].Events));

        epoll.Remove(second.Handle);
        epoll.Modify(first.Handle, EpollEvents.Write, 3);
        Assert.Equal(1, epoll.Wait(_events, Timeout.InfiniteTimeSpan));
        Assert.Equal((3UL, EpollEvents.Write), (_events[0].Data, _events[0].Events));
    }

    [Fact]
    public void One_shot_reports_once_and_edge_triggered_each_edge()
    {
        using var epoll = new Epoll();
        using EventFd once = new(1), edge = new(1);
        epoll.Add(once.Handle, EpollEvents.Read | EpollEvents.OneShot, 1);
        epoll.Add(edge.Handle, EpollEvents.Read | EpollEvents.EdgeTriggered, 2);
        Assert.Equal(2, epoll.Wait(_events, TimeSpan.Zero));
        Assert.Equal(0, epoll.Wait(_events, TimeSpan.Zero));
        once.Write();
        edge.Write();
        Assert.Equal(1, epoll.Wait(_events, TimeSpan.Zero));
        Assert.Equal(2UL, _events[0].Data);
        epoll.Modify(once.Handle, EpollEvents.Read | EpollEvents.OneShot, 1);
        Assert.Equal(1, epoll.Wait(_events, TimeSpan.Zero));
    }

    [Fact]
    public void Sets_nest_but_not_within_themselves()
    {
        using Epoll outer = new(), inner = new();
        using var counter = new EventFd();
        outer.Add(inner.Handle, EpollEvents.Read, 7);
        inner.Add(counter.Handle, EpollEvents.Read, 8);
        Assert.Equal(0, outer.Wait(_events, TimeSpan.Zero));
        counter.Write();
        Assert.Equal(1, outer.Wait(_events, TimeSpan.Zero));
        var error = Assert.Throws<LinuxEventsException>(() => inner.Add(outer.Handle, EpollEvents.Read, 0));
        Assert.Equal(Errno.ELOOP, error.Errno);
    }

    [Fact]
    public void Errors_name_the_call_and_the_descriptor()
    {
        using var epoll = new Epoll();
        using var counter = new EventFd();
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxEventsException>(() => epoll.Remove(counter.Handle)).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxEventsException>(() => epoll.Modify(counter.Handle, EpollEvents.Read, 0)).Errno);
        epoll.Add(counter.Handle, EpollEvents.Read, 0);
        var error = Assert.Throws<LinuxEventsException>(() => epoll.Add(counter.Handle, EpollEvents.Read, 0));
        Assert.Equal((Errno.EEXIST, "epoll_ctl(EPOLL_CTL_ADD)", counter.Handle.ToString()), (error.Errno, error.Call, error.Target));

        using SafeFileHandle file = File.OpenHandle("/proc/self/stat");
        Assert.Equal(Errno.EPERM, Assert.Throws<LinuxEventsException>(() => epoll.Add(file, EpollEvents.Read, 0)).Errno);
        using var none = new SafeFdHandle();
        Assert.Equal(Errno.EBADF, Assert.Throws<LinuxEventsException>(() => epoll.Add(none, EpollEvents.Read, 0)).Errno);
        counter.Dispose();
        Assert.Throws<ObjectDisposedException>(() => epoll.Remove(counter.Handle));
        Assert.Throws<ArgumentException>(() => epoll.Wait([], TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => epoll.Wait(_events, TimeSpan.FromTicks(-2)));
    }

    [Fact]
    public void Nothing_stays_open() => Descriptors.StayAsTheyWere(() =>
    {
        using var epoll = new Epoll();
        using var counter = new EventFd();
        epoll.Add(counter.Handle, EpollEvents.Read, 0);
        Assert.Throws<LinuxEventsException>(() => epoll.Add(counter.Handle, EpollEvents.Read, 0));
    });
}
