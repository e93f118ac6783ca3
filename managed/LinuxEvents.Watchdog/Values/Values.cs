using System.Globalization;
using System.Text.RegularExpressions;

namespace LinuxEvents.Watchdog;

/// <summary>What the command line and the service files both ask of single values.</summary>
internal static partial class Values
{
    public const string Empty = "is empty";
    public const string FactorExpected = "is not a number from 1 to 1000";
    public const string VariableNameExpected = "is no name for an environment variable";
    public const string ServiceNameExpected = "is no name for a service (letters, digits and . _ @ : + - make one)";

    /// <summary>Who speaks where no service does.</summary>
    public const string Watchdog = "watchdog";

    public static bool TryParseFactor(string text, out double factor) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out factor) && factor is >= 1 and <= 1000;

    public static bool IsVariableName(string name) => name.Length > 0 && name.AsSpan().IndexOfAny('=', '\0') < 0;

    public static bool IsServiceName(string name) => ServiceName().IsMatch(name);

    /// <summary>"1 restart", "2 restarts".</summary>
    public static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>A text in one line that does nothing to a terminal: control characters become escapes as in JSON.</summary>
    public static string Printable(string text) => ControlCharacter().Replace(text, match => $"\\u{(int)match.Value[0]:x4}");

    [GeneratedRegex(@"\p{Cc}")]
    private static partial Regex ControlCharacter();

    [GeneratedRegex(@"^[A-Za-z0-9._@:+-]{1,64}\z")]
    private static partial Regex ServiceName();
}
