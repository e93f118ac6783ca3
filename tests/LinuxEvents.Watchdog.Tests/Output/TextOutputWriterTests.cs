using System.Buffers;
using System.Text;

namespace LinuxEvents.Watchdog.Tests;

public class TextOutputWriterTests
{
    [Fact]
    public void The_column_of_names_is_as_wide_as_the_longest()
    {
        (TextOutputWriter writer, ArrayBufferWriter<byte> output) = Writer(color: false, "a", "longer-name");
        writer.WriteLine(output, "a", OutputStream.StandardOutput, "one"u8, false);
        writer.WriteLine(output, "longer-name", OutputStream.StandardError, "two"u8, false);
        writer.WriteEvent(output, new ServiceEvent("watchdog", "any", "three"));
        Assert.Equal("a           | one\nlonger-name ! two\nwatchdog    * three\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Bytes_that_are_no_text_pass_unharmed()
    {
        (TextOutputWriter writer, ArrayBufferWriter<byte> output) = Writer(color: false, "s");
        byte[] line = [0xFF, 0x00, 0x1B, 0xC3, (byte)'\r'];
        writer.WriteLine(output, "s", OutputStream.StandardOutput, line, false);
        Assert.Equal([.. "s        | "u8, .. line, (byte)'\n'], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void What_the_watchdog_says_is_one_line_without_control_characters()
    {
        (TextOutputWriter writer, ArrayBufferWriter<byte> output) = Writer(color: false, "s");
        writer.WriteEvent(output, new ServiceEvent("s", "any", "a\nb\e[2J\u0085c €"));
        Assert.Equal("s        * a\\u000ab\\u001b[2J\\u0085c €\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void A_service_keeps_its_colour_when_others_come()
    {
        (TextOutputWriter writer, ArrayBufferWriter<byte> output) = Writer(color: true, "a", "b");
        writer.WriteLine(output, "b", OutputStream.StandardOutput, "x"u8, false);
        string before = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.StartsWith("\e[33mb ", before);
        output.Clear();
        writer.Introduce(["c", "b"]);
        writer.WriteLine(output, "b", OutputStream.StandardOutput, "x"u8, false);
        Assert.Equal(before, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static (TextOutputWriter Writer, ArrayBufferWriter<byte> Output) Writer(bool color, params string[] services)
    {
        var writer = new TextOutputWriter(color);
        writer.Introduce(services);
        return (writer, new ArrayBufferWriter<byte>());
    }
}
