using System.Text;
using Spectre.Console;

namespace LinuxEvents.Watchdog;

/// <summary>Lets Spectre.Console draw into memory, with neither a look at the terminal nor a width but this.</summary>
internal sealed class SummaryConsole(TextWriter writer) : IAnsiConsoleOutput
{
    public TextWriter Writer { get; } = writer;

    public bool IsTerminal => false;

    public int Width => 120;

    public int Height => 24;

    public void SetEncoding(Encoding encoding)
    {
    }
}
