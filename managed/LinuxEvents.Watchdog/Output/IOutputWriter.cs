using System.Buffers;

namespace LinuxEvents.Watchdog;

/// <summary>Turns lines and events into bytes of one format, each of them whole lines.</summary>
internal interface IOutputWriter
{
    /// <summary>Says which names will come, before they do.</summary>
    void Introduce(IEnumerable<string> services);

    void WriteLine(IBufferWriter<byte> output, string service, OutputStream stream, ReadOnlySpan<byte> line, bool continues);

    void WriteEvent(IBufferWriter<byte> output, ServiceEvent happened);

    void WriteSummary(IBufferWriter<byte> output, IReadOnlyCollection<ServiceStatistics> services);
}
