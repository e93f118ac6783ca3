using System.Text;

namespace LinuxEvents.Watchdog.Tests;

public class LineSplitterTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("\n\n", new[] { "", "" })]
    [InlineData("a\nb\r\n\nc", new[] { "a", "b\r", "", "c" })]
    public void Cuts_at_line_feeds_and_hands_out_an_unended_last_line(string text, string[] expected) =>
        Assert.Equal(expected, Split(100, Encoding.UTF8.GetBytes(text), text.Length + 1).Select(part => part.Text));

    [Fact]
    public void A_long_line_comes_in_parts_of_which_all_but_the_last_say_so() => Assert.Equal(
        [("aaaa", true), ("aaaa", true), ("aa", false), ("bbbb", false), ("c", false)],
        Split(4, "aaaaaaaaaa\nbbbb\nc"u8.ToArray(), 100));

    [Fact]
    public void A_cut_spares_characters_of_several_bytes() => Assert.Equal(
        [("aé", true), ("€", true), ("😀", true), ("é", false)],
        Split(4, Encoding.UTF8.GetBytes("aé€😀é\n"), 100));

    [Fact]
    public void Bytes_that_are_no_text_are_cut_anywhere_and_none_is_lost()
    {
        var bytes = new byte[1000];
        Array.Fill(bytes, (byte)0x80);
        Assert.Equal(bytes.Length, Parts(7, bytes, 13).Sum(part => part.Bytes.Length));
        Array.Fill(bytes, (byte)0xF0);
        Assert.Equal(bytes.Length, Parts(7, bytes, 13).Sum(part => part.Bytes.Length));
    }

    [Fact]
    public void However_the_bytes_arrive_the_lines_are_the_same()
    {
        var random = new Random(4711);
        var bytes = new byte[20_000];
        random.NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (random.Next(20) == 0) bytes[i] = (byte)'\n';
        }

        List<(byte[] Bytes, bool Continues)> whole = Parts(64, bytes, bytes.Length);
        Assert.Equal(bytes.Count(b => b == '\n') + (bytes[^1] == '\n' ? 0 : 1), whole.Count(part => !part.Continues));
        Assert.Contains(whole, part => part.Continues);
        foreach (int chunk in (int[])[1, 2, 3, 63, 64, 65, 1000])
        {
            List<(byte[] Bytes, bool Continues)> parts = Parts(64, bytes, chunk);
            Assert.Equal(whole.Select(part => part.Continues), parts.Select(part => part.Continues));
            Assert.Equal(whole.Select(part => Convert.ToHexString(part.Bytes)), parts.Select(part => Convert.ToHexString(part.Bytes)));
        }
    }

    private static IEnumerable<(string Text, bool Continues)> Split(int limit, byte[] bytes, int chunk) =>
        Parts(limit, bytes, chunk).Select(part => (Encoding.UTF8.GetString(part.Bytes), part.Continues));

    private static List<(byte[] Bytes, bool Continues)> Parts(int limit, byte[] bytes, int chunk)
    {
        var parts = new List<(byte[], bool)>();
        var splitter = new LineSplitter(limit, (line, continues) =>
        {
            Assert.True(line.Length <= limit);
            parts.Add((line.ToArray(), continues));
        });
        foreach (byte[] piece in bytes.Chunk(chunk)) splitter.Append(piece);
        splitter.Finish();
        return parts;
    }
}
