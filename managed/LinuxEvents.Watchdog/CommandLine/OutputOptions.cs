using System.CommandLine;

namespace LinuxEvents.Watchdog;

/// <summary>The options about the output, which every command has.</summary>
internal sealed class OutputOptions
{
    private readonly Option<OutputFormat?> _format = Options.Choice<OutputFormat>("--format", "Lines of text, or one JSON object a line [default: text]");
    private readonly Option<ColorMode?> _color = Options.Choice<ColorMode>("--color", "Colours in text [default: auto, that is on a terminal unless NO_COLOR is set]");

    public OutputOptions(Command command)
    {
        command.Options.Add(_format);
        command.Options.Add(_color);
    }

    public IOutputWriter CreateWriter(ParseResult result) => result.GetValue(_format) == OutputFormat.Json
        ? new JsonOutputWriter(TimeProvider.System)
        : new TextOutputWriter(HasColor(result.GetValue(_color) ?? ColorMode.Auto));

    private static bool HasColor(ColorMode mode) => mode switch
    {
        ColorMode.Always => true,
        ColorMode.Never => false,
        _ => !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb",
    };
}
