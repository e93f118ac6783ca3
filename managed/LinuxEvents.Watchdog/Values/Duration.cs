using System.Buffers;
using System.Globalization;
using System.Text;

namespace LinuxEvents.Watchdog;

/// <summary>Lengths of time as people write them: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>2h</c>; a bare number is seconds.</summary>
internal static class Duration
{
    /// <summary>What is said of a text that is none.</summary>
    public const string Expected = "is not a time (such as 500ms, 10s, 1m30s; a bare number is seconds; 49d at most)";

    /// <summary>No time is longer: .NET's timers take no more than 49.7 days.</summary>
    private static readonly TimeSpan s_maximum = TimeSpan.FromDays(49);

    private static readonly SearchValues<char> s_numberCharacters = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Milliseconds)[] s_units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        double milliseconds = 0;
        if (TryParseNumber(text, out double seconds)) milliseconds = seconds * 1000;
        else
        {
            ReadOnlySpan<char> rest = text;
            if (rest.IsEmpty) return false;
            for (double previous = double.MaxValue; !rest.IsEmpty;)
            {
                int digits = rest.IndexOfAnyExcept(s_numberCharacters);
                if (digits <= 0 || !TryParseNumber(rest[..digits], out double number)) return false;
                rest = rest[digits..];
                int letters = rest.IndexOfAny(s_numberCharacters);
                double unit = Unit(letters < 0 ? rest : rest[..letters]);
                if (unit == 0 || unit >= previous) return false; // each unit at most once, the largest first
                milliseconds += number * unit;
                previous = unit;
                rest = letters < 0 ? default : rest[letters..];
            }
        }

        if (milliseconds > s_maximum.TotalMilliseconds) return false;
        value = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }

    /// <summary>The same spelling again, to the millisecond below a minute and to the second above.</summary>
    public static string Format(TimeSpan value)
    {
        if (value < TimeSpan.FromSeconds(1)) return Invariant($"{Math.Round(value.TotalMilliseconds)}ms");
        if (value < TimeSpan.FromMinutes(1)) return Invariant($"{Math.Round(value.TotalSeconds, 3)}s");
        value = TimeSpan.FromSeconds(Math.Round(value.TotalSeconds));
        var text = new StringBuilder();
        foreach ((int count, string unit) in (ReadOnlySpan<(int, string)>)
            [((int)value.TotalHours, "h"), (value.Minutes, "m"), (value.Seconds, "s")])
        {
            if (count > 0) text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return text.ToString();
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static double Unit(ReadOnlySpan<char> name)
    {
        foreach ((string unit, double milliseconds) in s_units)
        {
            if (name.SequenceEqual(unit)) return milliseconds;
        }

        return 0;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
