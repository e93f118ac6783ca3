using System.Text.Json;

namespace LinuxEvents.Watchdog;

/// <summary>One value of a JSON text with the line that it stands on, which no type of System.Text.Json tells.</summary>
internal sealed class JsonNode
{
    public required JsonTokenType Kind { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The content of a string, the spelling of a number.</summary>
    public string Text { get; private set; } = "";

    /// <summary>An object's members, in their order, repeated names included.</summary>
    public List<(string Name, int Line, JsonNode Value)> Members { get; } = [];

    /// <summary>An array's elements.</summary>
    public List<JsonNode> Items { get; } = [];

    public string Description => Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    /// <summary>Comments and trailing commas are welcome.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonNode Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var lines = new LineCounter(utf8);
        reader.Read();
        JsonNode root = Read(ref reader, ref lines);
        reader.Read(); // throws if anything follows
        return root;
    }

    private static JsonNode Read(ref Utf8JsonReader reader, ref LineCounter lines)
    {
        var node = new JsonNode { Kind = reader.TokenType, Line = lines.At(reader.TokenStartIndex) };
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = reader.GetString()!;
                    int line = lines.At(reader.TokenStartIndex);
                    reader.Read();
                    node.Members.Add((name, line, Read(ref reader, ref lines)));
                }

                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) node.Items.Add(Read(ref reader, ref lines));
                break;
            case JsonTokenType.String:
                node.Text = reader.GetString()!;
                break;
            case JsonTokenType.Number:
                node.Text = System.Text.Encoding.ASCII.GetString(reader.ValueSpan);
                break;
        }

        return node;
    }

    /// <summary>Turns growing offsets into lines in one pass.</summary>
    private ref struct LineCounter(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _offset;
        private int _line = 1;

        public int At(long offset)
        {
            _line += _text[_offset..(int)offset].Count((byte)'\n');
            _offset = (int)offset;
            return _line;
        }
    }
}
