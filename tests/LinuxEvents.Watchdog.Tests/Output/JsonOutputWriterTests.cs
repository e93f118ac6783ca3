using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LinuxEvents.Watchdog.Tests;

public class JsonOutputWriterTests
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly JsonOutputWriter _writer = new(new StandingClock());

    [Fact]
    public void A_line_is_one_object_with_time_service_stream_and_line()
    {
        _writer.WriteLine(_output, "web", OutputStream.StandardError, "it's <5> \"€\"\t"u8, false);
        Assert.Equal(
            """{"time":"2025-01-02T03:04:05.006Z","service":"web","stream":"stderr","line":"it's <5> \"€\"\t"}""" + "\n",
            Encoding.UTF8.GetString(_output.WrittenSpan));
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_replaced()
    {
        _writer.WriteLine(_output, "s", OutputStream.StandardOutput, [(byte)'a', 0xFF, (byte)'b', 0xC3], true);
        using JsonDocument line = JsonDocument.Parse(_output.WrittenMemory);
        Assert.Equal("a\uFFFDb\uFFFD", line.RootElement.GetProperty("line").GetString());
        Assert.True(line.RootElement.GetProperty("continues").GetBoolean());
    }

    [Fact]
    public void An_event_has_its_particulars()
    {
        _writer.WriteEvent(_output, new ServiceEvent("s", "restarting", "restart 2 in 1.5s")
        {
            ProcessId = 7,
            ExitCode = 3,
            Signal = LinuxSignal.SIGKILL,
            Restart = 2,
            Delay = TimeSpan.FromMilliseconds(1500),
        });
        Assert.Equal(
            """{"time":"2025-01-02T03:04:05.006Z","service":"s","stream":"watchdog","line":"restart 2 in 1.5s","event":"restarting","pid":7,"code":3,"signal":"SIGKILL","restart":2,"delayMs":1500}""" + "\n",
            Encoding.UTF8.GetString(_output.WrittenSpan));
    }

    [Fact]
    public void An_error_has_its_number_and_its_name_where_it_is_known()
    {
        _writer.WriteEvent(_output, new ServiceEvent("s", "start-failed", "x") { Error = new LinuxEventsException(13, "execve") });
        _writer.WriteEvent(_output, new ServiceEvent("s", "start-failed", "x") { Error = new LinuxEventsException(4000, "execve") });
        string[] lines = Encoding.UTF8.GetString(_output.WrittenSpan).Split('\n');
        Assert.EndsWith(""","event":"start-failed","errno":13,"errnoName":"EACCES"}""", lines[0]);
        Assert.EndsWith(""","event":"start-failed","errno":4000}""", lines[1]);
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2025, 1, 2, 3, 4, 5, 6, TimeSpan.Zero);
    }
}
