using System.Buffers;
using System.Globalization;
using System.Text;

namespace LinuxEvents.Watchdog;

/// <summary>The table at the end: what each service's runs came to.</summary>
internal static class SummaryTable
{
    private static readonly string[] s_headings = ["Service", "Starts", "Exits", "Signals", "CPU time", "Peak memory"];

    public static void Write(IBufferWriter<byte> output, IReadOnlyCollection<ServiceStatistics> services, bool color)
    {
        List<string[]> rows = [s_headings];
        foreach (ServiceStatistics service in services)
        {
            rows.Add(
            [
                service.Name,
                service.Starts.ToString(CultureInfo.InvariantCulture),
                Counts(service.ExitCodes.Select(pair => (pair.Key.ToString(CultureInfo.InvariantCulture), pair.Value))),
                Counts(service.Signals.Select(pair => (SignalName.Of(pair.Key), pair.Value))),
                service.Starts > 0 ? Duration.Format(service.ProcessorTime) : "",
                service.Starts > 0 ? Size(service.PeakMemory, service.PeakIsUpperBound) : "",
            ]);
        }

        int[] widths = [.. s_headings.Select((_, column) => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        Rule('╭', '┬', '╮');
        foreach (string[] row in rows)
        {
            for (int column = 0; column < row.Length; column++)
            {
                bool isName = column == 0;
                string cell = isName ? row[column].PadRight(widths[column]) : row[column].PadLeft(widths[column]);
                text.Append("│ ").Append(isName && color && row != s_headings ? $"\e[1m{cell}\e[0m" : cell).Append(' ');
            }
            text.Append("│\n");
            if (row == s_headings)
                Rule('├', '┼', '┤');
        }
        Rule('╰', '┴', '╯');
        Encoding.UTF8.GetBytes(text.ToString(), output);

        void Rule(char left, char middle, char right) =>
            text.Append(left).AppendJoin(middle, widths.Select(width => new string('─', width + 2))).Append(right).Append('\n');
    }

    private static string Size(long bytes, bool atMost) =>
        string.Create(CultureInfo.InvariantCulture, $"{(atMost ? "≤ " : "")}{bytes / 1048576.0:0.0} MiB");

    private static string Counts(IEnumerable<(string What, int Count)> counts) =>
        string.Join(", ", counts.Select(each => each.Count == 1 ? each.What : $"{each.What} ×{each.Count}"));
}
