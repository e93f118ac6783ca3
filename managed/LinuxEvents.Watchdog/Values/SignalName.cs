using System.Globalization;

namespace LinuxEvents.Watchdog;

/// <summary>Signals as people write them: <c>SIGTERM</c>, <c>TERM</c>, <c>term</c>, <c>15</c>.</summary>
internal static class SignalName
{
    public const string Expected = "is not a signal (such as SIGTERM, TERM or 15)";

    public static bool TryParse(string text, out LinuxSignal signal)
    {
        signal = LinuxSignal.None;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) signal = (LinuxSignal)number;
        else if (text.All(char.IsAsciiLetterOrDigit))
        {
            string name = text.ToUpperInvariant();
            if (!name.StartsWith("SIG", StringComparison.Ordinal)) name = "SIG" + name;
            if (!Enum.TryParse(name, out signal)) return false;
        }

        return (int)signal is >= 1 and <= 31 or >= 34 and <= 64; // 32 and 33 are libc's own
    }

    /// <summary>The name, or <c>signal 40</c> for a real-time one.</summary>
    public static string Of(LinuxSignal signal) => Enum.GetName(signal) ?? $"signal {(int)signal}";
}
