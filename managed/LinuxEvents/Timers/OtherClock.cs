using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// A kernel clock beside the monotonic one, with a timerfd of its own in the loop's epoll set, which is made when such a time is first asked for.
/// </summary>
/// <remarks>
/// A clock that can be set is armed from the beginning, if only for the end of all days, and with cancel-on-set: the kernel then reports each setting. The report
/// is the -ECANCELED of a read, or of the next arming if that comes first, which then stands for it. The clock of boot time is read by what is left to a timer that
/// never expires.
/// </remarks>
internal sealed class OtherClock : LoopClock
{
    private const long Endless = 1L << 62;

    private readonly Selector _selector;
    private readonly TimerClock _clock;
    private readonly SafeTimerFdHandle _timer;
    private readonly SafeTimerFdHandle? _reading;
    private int _changed;

    public OtherClock(Selector selector, TimerClock clock, SafeEpollHandle epoll, ulong key)
    {
        _selector = selector;
        _clock = clock;
        _timer = SafeTimerFdHandle.Create((int)clock, NativeMethods.LXE_NONBLOCK);
        try
        {
            if (IsCalendar)
            {
                Set(_timer, Endless);
            }
            else
            {
                _reading = SafeTimerFdHandle.Create((int)TimerClock.BootTime, NativeMethods.LXE_NONBLOCK);
                Set(_reading, Endless);
            }

            LinuxEventsException.ThrowIfError(
                NativeMethods.lxe_epoll_add(epoll.Descriptor, _timer.Descriptor, NativeMethods.LXE_EPOLL_IN | NativeMethods.LXE_EPOLL_ET, key),
                "epoll_ctl(EPOLL_CTL_ADD)", _timer);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override unsafe long Now
    {
        get
        {
            if (_reading is null)
                return (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            lxe_timerfd_setting setting;
            LinuxEventsException.ThrowIfError(NativeMethods.lxe_timerfd_get(_reading.Descriptor, &setting), "timerfd_gettime", _reading);
            return Endless - setting.value;
        }
    }

    private bool IsCalendar => _clock is TimerClock.RealTime or TimerClock.RealTimeAlarm;

    public override void Arm(long due)
    {
        if (due == long.MaxValue && !IsCalendar)
            return;
        if (!Set(_timer, Math.Clamp(due, 1, Endless)))
        {
            Volatile.Write(ref _changed, 1);
            _selector.OnClockRang(_clock);
        }
    }

    public override unsafe bool TakeChange()
    {
        if (!IsCalendar)
            return false;
        ulong expirations;
        return NativeMethods.lxe_timerfd_read(_timer.Descriptor, &expirations) == -Errno.ECANCELED | Interlocked.Exchange(ref _changed, 0) != 0;
    }

    public override void Dispose()
    {
        _timer.Dispose();
        _reading?.Dispose();
    }

    /// <returns><see langword="false"/> when the clock was set since.</returns>
    private unsafe bool Set(SafeTimerFdHandle timer, long due)
    {
        uint flags = NativeMethods.LXE_TIMERFD_ABSOLUTE | (IsCalendar ? NativeMethods.LXE_TIMERFD_CANCEL_ON_SET : 0);
        int result = NativeMethods.lxe_timerfd_set(timer.Descriptor, flags, due, 0, null);
        return result != -Errno.ECANCELED && LinuxEventsException.ThrowIfError(result, "timerfd_settime", timer) >= 0;
    }
}
