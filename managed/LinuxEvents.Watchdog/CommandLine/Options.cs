using System.CommandLine;
using System.CommandLine.Parsing;

namespace LinuxEvents.Watchdog;

/// <summary>Makes options of the kinds that the commands have. An option that is not given has the value null.</summary>
internal static class Options
{
    public static Option<TimeSpan?> Time(string name, string description) =>
        Parsed<TimeSpan?>(name, "TIME", description, text => Duration.TryParse(text, out TimeSpan value) ? value : null, Duration.Expected);

    public static Option<LinuxSignal?> Signal(string name, string description) =>
        Parsed<LinuxSignal?>(name, "SIGNAL", description, text => SignalName.TryParse(text, out LinuxSignal value) ? value : null, SignalName.Expected);

    public static Option<double?> Factor(string name, string description) =>
        Parsed<double?>(name, "NUMBER", description, text => Values.TryParseFactor(text, out double value) ? value : null, Values.FactorExpected);

    public static Option<T?> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        string words = string.Join('|', Keyword<T>.All);
        return Parsed<T?>(name, words, description, text => Keyword<T>.TryParse(text, out T value) ? value : null, $"is none of {words}");
    }

    /// <summary>Refuses an empty text as a service file does.</summary>
    /// <param name="result">Of an option or an argument.</param>
    /// <param name="name">What it is in a service file.</param>
    public static void RefuseEmpty(SymbolResult result, string name)
    {
        if (result.Tokens is [{ Value: "" }, ..]) result.AddError($"'{name}' {Values.Empty}.");
    }

    public static Option<T> Parsed<T>(string name, string helpName, string description, Func<string, T?> parse, string expected) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                string text = result.Tokens.Single().Value;
                T? value = parse(text);
                if (value is null) result.AddError($"{name} '{text}' {expected}.");
                return value;
            },
        };
}
