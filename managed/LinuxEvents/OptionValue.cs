using System.Runtime.CompilerServices;

namespace LinuxEvents;

/// <summary>
/// What options refuse. All options are sealed classes whose properties are set, and are read once by the method that takes them: what changes
/// afterwards changes nothing. What one value alone makes wrong is refused by its property, what only the whole shows by that method.
/// </summary>
internal static class OptionValue
{
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, and not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static TimeSpan Time(TimeSpan value)
    {
        if (value != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        return value;
    }

    /// <summary>For enumerations that count from 0; without their names, which a program would load for that.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or above the last.</exception>
    public static T Defined<T>(T value, T last) where T : struct, Enum => Unsafe.BitCast<T, uint>(value) <= Unsafe.BitCast<T, uint>(last)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), Unsafe.BitCast<T, int>(value), $"There is no such {typeof(T).Name}.");
}
