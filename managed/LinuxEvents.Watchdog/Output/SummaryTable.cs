using System.Buffers;
using System.Globalization;
using System.Text;
using Spectre.Console;

namespace LinuxEvents.Watchdog;

/// <summary>The table at the end: what each service's runs came to.</summary>
internal static class SummaryTable
{
    public static void Write(IBufferWriter<byte> output, IReadOnlyCollection<ServiceStatistics> services, bool color)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("Service");
        foreach (string heading in (ReadOnlySpan<string>)["Starts", "Exits", "Signals", "CPU time", "Peak memory"])
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        foreach (ServiceStatistics service in services)
        {
            table.AddRow(
                new Text(service.Name, new Style(decoration: Decoration.Bold)),
                new Text(service.Starts.ToString(CultureInfo.InvariantCulture)),
                new Text(Counts(service.ExitCodes.Select(pair => (pair.Key.ToString(CultureInfo.InvariantCulture), pair.Value)))),
                new Text(Counts(service.Signals.Select(pair => (SignalName.Of(pair.Key), pair.Value)))),
                new Text(Duration.Format(service.ProcessorTime)),
                new Text(Size(service.PeakMemory, service.PeakIsUpperBound)));
        }

        var text = new StringWriter(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new SummaryConsole(text),
        });
        console.Write(table);
        Encoding.UTF8.GetBytes(text.ToString(), output);
    }

    private static string Size(long bytes, bool atMost) =>
        string.Create(CultureInfo.InvariantCulture, $"{(atMost ? "≤ " : "")}{bytes / 1048576.0:0.0} MiB");

    private static string Counts(IEnumerable<(string What, int Count)> counts) =>
        string.Join(", ", counts.Select(each => each.Count == 1 ? each.What : $"{each.What} ×{each.Count}"));
}
