using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// CLOCK_MONOTONIC and one timerfd in the loop's epoll set. The timerfd is edge-triggered and never read: each
/// expiration is an edge of its own, so a timer costs one system call (to arm it) and the wait that it ends.
/// </summary>
internal sealed class KernelClock : LoopClock
{
    private readonly SafeTimerFdHandle _timer;

    public KernelClock(SafeEpollHandle epoll, ulong key)
    {
        // Stopwatch reads CLOCK_MONOTONIC, in nanoseconds: the clock that the timerfd runs on.
        Debug.Assert(Stopwatch.Frequency == 1_000_000_000);
        _timer = SafeTimerFdHandle.Create(NativeMethods.LXE_CLOCK_MONOTONIC, NativeMethods.LXE_NONBLOCK);
        try
        {
            LinuxEventsException.ThrowIfError(
                NativeMethods.lxe_epoll_add(epoll.Descriptor, _timer.Descriptor, NativeMethods.LXE_EPOLL_IN | NativeMethods.LXE_EPOLL_ET, key),
                "epoll_ctl(EPOLL_CTL_ADD)", _timer);
        }
        catch
        {
            _timer.Dispose();
            throw;
        }
    }

    public override long Now => Stopwatch.GetTimestamp();

    public override unsafe void Arm(long due)
    {
        // Never is not armed at all: the kernel timer then rings for an earlier time, or not.
        if (due != long.MaxValue)
            _ = LinuxEventsException.ThrowIfError(
                NativeMethods.lxe_timerfd_set(_timer.Descriptor, NativeMethods.LXE_TIMERFD_ABSOLUTE, Math.Max(due, 1), 0, null), "timerfd_settime", _timer);
    }

    public override void Dispose() => _timer.Dispose();
}
