using System.Globalization;
using System.Text.RegularExpressions;

namespace LinuxEvents.Watchdog;

/// <summary>What the command line and the service files both ask of single values.</summary>
internal static partial class Values
{
    public const string FactorExpected = "is not a number from 1 to 1000";
    public const string VariableNameExpected = "is no name for an environment variable";
    public const string ServiceNameExpected = "is no name for a service (letters, digits and . _ @ : + - make one)";

    /// <summary>Who speaks where no service does.</summary>
    public const string Watchdog = "watchdog";

    public static bool TryParseFactor(string text, out double factor) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out factor) && factor is >= 1 and <= 1000;

    public static bool IsVariableName(string name) => name.Length > 0 && name.AsSpan().IndexOfAny('=', '\0') < 0;

    public static bool IsServiceName(string name) => ServiceName().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9._@:+-]{1,64}\z")]
    private static partial Regex ServiceName();
}
