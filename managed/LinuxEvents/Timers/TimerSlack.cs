using System.Numerics;

namespace LinuxEvents;

/// <summary>
/// By how much a timer may be late to share a wake-up, in two bytes, for there may be very many: microseconds, rounded down to 12 significant bits; at most 71 minutes.
/// </summary>
internal readonly record struct TimerSlack
{
    private const int Bits = 11, Implied = 1 << Bits;
    private const long Longest = uint.MaxValue * TimeSpan.TicksPerMicrosecond;

    /// <summary>The lowest bits are those that follow the highest one, and the others by how much they are shifted to the left, and 1; or the number itself, if it fits there.</summary>
    private readonly ushort _code;

    public TimerSlack(TimeSpan slack)
    {
        uint microseconds = (uint)(Math.Min(slack.Ticks, Longest) / TimeSpan.TicksPerMicrosecond);
        int shift = BitOperations.Log2(microseconds) - Bits;
        _code = (ushort)(shift < 0 ? microseconds : (uint)(shift + 1) << Bits | (microseconds >> shift & (Implied - 1)));
    }

    /// <summary>The latest moment at which a timer with this slack may be served.</summary>
    public long After(long due)
    {
        long latest = due + Nanoseconds;
        return latest < due ? long.MaxValue : latest;
    }

    private long Nanoseconds => _code < Implied ? _code * 1000L : ((long)(_code & (Implied - 1) | Implied) << ((_code >> Bits) - 1)) * 1000;
}
