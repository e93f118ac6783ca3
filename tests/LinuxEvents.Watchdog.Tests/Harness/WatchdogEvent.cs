using System.Text.Json;

namespace LinuxEvents.Watchdog.Tests;

/// <summary>One line of the JSON output.</summary>
internal sealed record WatchdogEvent(string Service, string Stream, string Line, string? Event, int? Pid, int? Code, string? Signal, double? DelayMs)
{
    public static WatchdogEvent Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        Assert.True(root.GetProperty("time").TryGetDateTimeOffset(out _));
        return new WatchdogEvent(
            root.GetProperty("service").GetString()!,
            root.GetProperty("stream").GetString()!,
            root.GetProperty("line").GetString()!,
            Get("event")?.GetString(),
            Get("pid")?.GetInt32(),
            Get("code")?.GetInt32(),
            Get("signal")?.GetString(),
            Get("delayMs")?.GetDouble());

        JsonElement? Get(string name) => root.TryGetProperty(name, out JsonElement value) ? value : null;
    }

    public static WatchdogEvent[] All(RunningWatchdog watchdog) => [.. watchdog.Lines.Select(Parse)];
}
