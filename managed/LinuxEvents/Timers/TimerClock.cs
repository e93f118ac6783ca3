using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A clock that timers follow. clock_gettime(2)</summary>
public enum TimerClock
{
    /// <summary>The time of day, since 1970 in UTC; it can be set. (CLOCK_REALTIME)</summary>
    RealTime = NativeMethods.LXE_CLOCK_REALTIME,

    /// <summary>Since the system was started; can't be set, and stands while the system sleeps. (CLOCK_MONOTONIC)</summary>
    Monotonic = NativeMethods.LXE_CLOCK_MONOTONIC,

    /// <summary>As <see cref="Monotonic"/>, but goes on while the system sleeps. (CLOCK_BOOTTIME)</summary>
    BootTime = NativeMethods.LXE_CLOCK_BOOTTIME,

    /// <summary>As <see cref="RealTime"/>, and wakes a sleeping system. Needs CAP_WAKE_ALARM. (CLOCK_REALTIME_ALARM)</summary>
    RealTimeAlarm = NativeMethods.LXE_CLOCK_REALTIME_ALARM,

    /// <summary>As <see cref="BootTime"/>, and wakes a sleeping system. Needs CAP_WAKE_ALARM. (CLOCK_BOOTTIME_ALARM)</summary>
    BootTimeAlarm = NativeMethods.LXE_CLOCK_BOOTTIME_ALARM,
}
