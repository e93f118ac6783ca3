using System.Buffers;
using System.Text;

namespace LinuxEvents.Watchdog;

/// <summary>
/// Lines for people: the service's name, then <c>|</c> before what it wrote to standard output, <c>!</c> before what it
/// wrote to standard error and <c>*</c> before what the watchdog says of it. The services' bytes pass unchanged.
/// </summary>
internal sealed class TextOutputWriter(bool color) : IOutputWriter
{
    private static readonly string[] s_colors = ["36", "33", "32", "35", "34", "96", "93", "92", "95", "94"];

    private readonly Dictionary<string, byte[]> _names = new(StringComparer.Ordinal);

    /// <summary>Makes the column of names wide enough, and gives each its colour, which it keeps.</summary>
    public void Introduce(IEnumerable<string> services)
    {
        string[] names = [.. _names.Keys.Union(services.Prepend(Values.Watchdog))];
        int width = names.Max(name => name.Length) + 1;
        for (int i = 0; i < names.Length; i++)
            _names[names[i]] = Paint(i == 0 ? "1" : s_colors[(i - 1) % s_colors.Length], names[i].PadRight(width));
    }

    public void WriteLine(IBufferWriter<byte> output, string service, OutputStream stream, ReadOnlySpan<byte> line, bool continues)
    {
        output.Write(_names[service]);
        output.Write(stream == OutputStream.StandardOutput ? "| "u8 : Paint("31", "! "));
        output.Write(line);
        output.Write("\n"u8);
    }

    public void WriteEvent(IBufferWriter<byte> output, ServiceEvent happened)
    {
        output.Write(_names[happened.Service]);
        output.Write(Paint("2", "* " + Values.Printable(happened.Message)));
        output.Write("\n"u8);
    }

    public void WriteSummary(IBufferWriter<byte> output, IReadOnlyCollection<ServiceStatistics> services) =>
        SummaryTable.Write(output, services, color);

    private byte[] Paint(string style, string text) => Encoding.UTF8.GetBytes(color ? $"\e[{style}m{text}\e[0m" : text);
}
