using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Turns the timeouts of blocking calls into what the kernel is given: absolute nanoseconds on CLOCK_MONOTONIC.</summary>
internal static class Deadline
{
    public const long Never = NativeMethods.LXE_NO_DEADLINE;

    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static long After(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return Never;
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);

        // Stopwatch reads that clock, in nanoseconds. What would overflow is some 290 years away.
        long now = Stopwatch.GetTimestamp();
        return timeout.Ticks < (Never - now) / TimeSpan.NanosecondsPerTick ? now + timeout.Ticks * TimeSpan.NanosecondsPerTick : Never;
    }

    /// <summary>How long it is until a deadline: zero when it has passed.</summary>
    public static TimeSpan Left(long deadline)
    {
        if (deadline == Never)
            return TimeSpan.MaxValue;
        long left = deadline - Stopwatch.GetTimestamp();
        return left > 0 ? TimeSpan.FromTicks(left / TimeSpan.NanosecondsPerTick + 1) : TimeSpan.Zero;
    }
}
