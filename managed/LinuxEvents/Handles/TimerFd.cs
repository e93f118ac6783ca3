using System.Runtime.CompilerServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// A timerfd: time as a descriptor, which is readable once the timer has expired. timerfd_create(2). For a clock of its own
/// or for notice of a clock that is set; a program that only wants to wait takes <see cref="Selector.DelayAsync(TimeSpan, CancellationToken)"/>.
/// Every member may be called by any thread at any time; to await it, register <see cref="Handle"/> with a
/// <see cref="Selector"/>.
/// </summary>
public sealed unsafe class TimerFd : IDisposable
{
    /// <summary>Makes a disarmed timer.</summary>
    /// <param name="clock">The clock it follows.</param>
    /// <exception cref="LinuxEventsException">EPERM for an alarm clock without CAP_WAKE_ALARM; EINVAL for a clock that the
    /// kernel does not know; no descriptor or memory is left (EMFILE, ENFILE, ENOMEM).</exception>
    public TimerFd(TimerClock clock = TimerClock.Monotonic)
    {
        Handle = SafeTimerFdHandle.Create((int)clock, NativeMethods.LXE_NONBLOCK);
        Clock = clock;
    }

    /// <summary>The clock it follows.</summary>
    public TimerClock Clock { get; }

    /// <summary>The timer's descriptor, which is non-blocking.</summary>
    public SafeTimerFdHandle Handle { get; }

    /// <summary>Arms the timer for a time from now, never early. What it had to report is forgotten.</summary>
    /// <param name="dueTime">How long until it expires; zero is at once.</param>
    /// <param name="interval">How long from one expiration to the next; zero for a single one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative, or beyond 292 years.</exception>
    public void Set(TimeSpan dueTime, TimeSpan interval = default) => Set(ToNanoseconds(dueTime), ToNanoseconds(interval), 0);

    /// <summary>Arms the timer for a time on its clock, never early. What it had to report is forgotten.</summary>
    /// <param name="time">The clock's reading at which it expires, since the clock's beginning; one that is past is at once.</param>
    /// <param name="interval">How long from one expiration to the next; zero for a single one.</param>
    /// <param name="cancelOnSet">Report <see cref="TimerFdResult.ClockChanged"/> when somebody sets the clock;
    /// without effect on clocks that can't be set.</param>
    /// <returns><see langword="true"/>; <see langword="false"/> when the clock was set since a former call asked for
    /// <paramref name="cancelOnSet"/>: the timer is armed all the same, and this is the report.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative, or beyond 292 years.</exception>
    public bool SetAbsolute(TimeSpan time, TimeSpan interval = default, bool cancelOnSet = false) =>
        Set(ToNanoseconds(time), ToNanoseconds(interval), NativeMethods.LXE_TIMERFD_ABSOLUTE | (cancelOnSet ? NativeMethods.LXE_TIMERFD_CANCEL_ON_SET : 0));

    /// <summary>As <see cref="SetAbsolute(TimeSpan, TimeSpan, bool)"/>, by the calendar: for the real-time clocks.</summary>
    /// <param name="time">When it expires: 1970 or later; a time that is past is at once.</param>
    /// <param name="interval">How long from one expiration to the next; zero for a single one.</param>
    /// <param name="cancelOnSet">Report <see cref="TimerFdResult.ClockChanged"/> when somebody sets the clock.</param>
    /// <returns>As the other overload.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is before 1970, negative, or beyond 292 years.</exception>
    public bool SetAbsolute(DateTimeOffset time, TimeSpan interval = default, bool cancelOnSet = false) =>
        SetAbsolute(time - DateTimeOffset.UnixEpoch, interval, cancelOnSet);

    /// <summary>Arms the timer to the nanosecond, never early. What it had to report is forgotten.</summary>
    /// <param name="value">Nanoseconds from now or, if <paramref name="absolute"/>, since the clock's beginning; 0 and what is past is at once.</param>
    /// <param name="interval">Nanoseconds from one expiration to the next; 0 for a single one.</param>
    /// <param name="absolute">Whether <paramref name="value"/> is a time on the clock.</param>
    /// <param name="cancelOnSet">As in <see cref="SetAbsolute(TimeSpan, TimeSpan, bool)"/>: only where <paramref name="absolute"/>.</param>
    /// <returns>As <see cref="SetAbsolute(TimeSpan, TimeSpan, bool)"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative.</exception>
    /// <exception cref="ArgumentException"><paramref name="cancelOnSet"/> without <paramref name="absolute"/>.</exception>
    public bool SetNanoseconds(long value, long interval = 0, bool absolute = false, bool cancelOnSet = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        if (cancelOnSet && !absolute)
            throw new ArgumentException("Only a time on the clock can be cancelled by setting it.", nameof(cancelOnSet));
        return Set(value, interval, (absolute ? NativeMethods.LXE_TIMERFD_ABSOLUTE : 0) | (cancelOnSet ? NativeMethods.LXE_TIMERFD_CANCEL_ON_SET : 0));
    }

    /// <summary>Disarms the timer. What it had to report is forgotten.</summary>
    public void Disarm()
    {
        using var descriptor = new DescriptorReference(Handle);
        descriptor.Check(NativeMethods.lxe_timerfd_set(descriptor.Number, 0, 0, 0, null), "timerfd_settime");
    }

    /// <summary>Says how the timer stands.</summary>
    /// <param name="interval">How long from one expiration to the next; zero when there is only one.</param>
    /// <returns>How long until the next expiration, rounded up to 100 ns; <see langword="null"/> when it is disarmed.</returns>
    public TimeSpan? GetDueTime(out TimeSpan interval)
    {
        using var descriptor = new DescriptorReference(Handle);
        lxe_timerfd_setting setting;
        descriptor.Check(NativeMethods.lxe_timerfd_get(descriptor.Number, &setting), "timerfd_gettime");
        interval = ToTimeSpan(setting.interval);
        // A periodic timer whose time has just come shows 0 until the kernel has dealt with it.
        return setting.value == 0 && setting.interval == 0 ? null : ToTimeSpan(setting.value);
    }

    /// <summary>Takes what the timer has to report, without waiting.</summary>
    /// <param name="expirations">How often it has expired since the last report or setting.</param>
    /// <returns>What was reported.</returns>
    public TimerFdResult TryRead(out ulong expirations)
    {
        using var descriptor = new DescriptorReference(Handle);
        ulong count = 0;
        int result = NativeMethods.lxe_timerfd_read(descriptor.Number, &count);
        expirations = count;
        if (result == -Errno.ECANCELED)
            return TimerFdResult.ClockChanged;
        return descriptor.CheckReady(result, "read") ? TimerFdResult.Expired : TimerFdResult.None;
    }

    /// <summary>As <see cref="TryRead"/>, but blocks until there is something to report: for ever when the timer is disarmed.</summary>
    /// <param name="expirations">How often it has expired since the last report or setting.</param>
    /// <returns>What was reported, not <see cref="TimerFdResult.None"/>.</returns>
    public TimerFdResult Read(out ulong expirations)
    {
        TimerFdResult result = TryRead(out expirations);
        if (result != TimerFdResult.None)
            return result;
        using var wait = new DescriptorWait(Handle, PollEvents.Read);
        while ((result = TryRead(out expirations)) == TimerFdResult.None)
            wait.Next(Deadline.Never);
        return result;
    }

    /// <summary>Names it: "timerfd, descriptor 7".</summary>
    public override string ToString() => $"timerfd, {Handle}";

    /// <summary>Closes the timer's descriptor.</summary>
    public void Dispose() => Handle.Dispose();

    private bool Set(long value, long interval, uint flags)
    {
        using var descriptor = new DescriptorReference(Handle);

        // To the kernel a value of 0 means "disarm"; 1 ns is past as soon as it is set.
        int result = NativeMethods.lxe_timerfd_set(descriptor.Number, flags, Math.Max(value, 1), interval, null);
        return result != -Errno.ECANCELED && descriptor.Check(result, "timerfd_settime") == 0;
    }

    private static long ToNanoseconds(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? parameter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, parameter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, new TimeSpan(long.MaxValue / TimeSpan.NanosecondsPerTick), parameter);
        return time.Ticks * TimeSpan.NanosecondsPerTick;
    }

    private static TimeSpan ToTimeSpan(long nanoseconds) =>
        new(nanoseconds / TimeSpan.NanosecondsPerTick + (nanoseconds % TimeSpan.NanosecondsPerTick == 0 ? 0 : 1));
}
