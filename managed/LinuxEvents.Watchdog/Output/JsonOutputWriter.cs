using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LinuxEvents.Watchdog;

/// <summary>
/// One JSON object a line: <c>time</c>, <c>service</c>, <c>stream</c> (stdout, stderr or watchdog) and <c>line</c> in
/// each; what the watchdog says has <c>event</c> and its particulars besides. Bytes that are not UTF-8 become U+FFFD.
/// </summary>
internal sealed class JsonOutputWriter(TimeProvider clock) : IOutputWriter
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Introduce(IEnumerable<string> services)
    {
    }

    public void WriteLine(IBufferWriter<byte> output, string service, OutputStream stream, ReadOnlySpan<byte> line, bool continues)
    {
        using (Utf8JsonWriter json = Begin(output, service, stream == OutputStream.StandardOutput ? "stdout" : "stderr"))
        {
            json.WriteString("line"u8, Encoding.UTF8.GetString(line));
            if (continues) json.WriteBoolean("continues"u8, true);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public void WriteEvent(IBufferWriter<byte> output, ServiceEvent happened)
    {
        using (Utf8JsonWriter json = Begin(output, happened.Service, Values.Watchdog))
        {
            json.WriteString("line"u8, happened.Message);
            json.WriteString("event"u8, happened.Kind);
            if (happened.ProcessId is { } pid) json.WriteNumber("pid"u8, pid);
            if (happened.ExitCode is { } code) json.WriteNumber("code"u8, code);
            if (happened.Signal is { } signal) json.WriteString("signal"u8, SignalName.Of(signal));
            if (happened.Error is { } error)
            {
                json.WriteNumber("errno"u8, error.Errno);
                if (error.ErrnoName is { } name) json.WriteString("errnoName"u8, name);
            }

            if (happened.Restart is { } restart) json.WriteNumber("restart"u8, restart);
            if (happened.Delay is { } delay) json.WriteNumber("delayMs"u8, delay.TotalMilliseconds);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public void WriteSummary(IBufferWriter<byte> output, IReadOnlyCollection<ServiceStatistics> services)
    {
        foreach (ServiceStatistics service in services)
        {
            using (Utf8JsonWriter json = Begin(output, service.Name, Values.Watchdog))
            {
                json.WriteString("line"u8, $"started {Values.Count(service.Starts, "time")}");
                json.WriteString("event"u8, "summary"u8);
                json.WriteNumber("starts"u8, service.Starts);
                WriteCounts(json, "exits", service.ExitCodes.Select(pair => (pair.Key.ToString(null, null), pair.Value)));
                WriteCounts(json, "signals", service.Signals.Select(pair => (SignalName.Of(pair.Key), pair.Value)));
                json.WriteNumber("cpuMs"u8, service.ProcessorTime.TotalMilliseconds);
                json.WriteNumber("peakBytes"u8, service.PeakMemory);
                json.WriteBoolean("peakIsUpperBound"u8, service.PeakIsUpperBound);
                json.WriteEndObject();
            }

            output.Write("\n"u8);
        }
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IEnumerable<(string Key, int Count)> counts)
    {
        json.WriteStartObject(name);
        foreach ((string key, int count) in counts) json.WriteNumber(key, count);
        json.WriteEndObject();
    }

    private Utf8JsonWriter Begin(IBufferWriter<byte> output, string service, string stream)
    {
        var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteString("time"u8, clock.GetUtcNow().UtcDateTime);
        json.WriteString("service"u8, service);
        json.WriteString("stream"u8, stream);
        return json;
    }
}
