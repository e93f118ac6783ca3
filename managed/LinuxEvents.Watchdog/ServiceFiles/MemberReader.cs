using System.Globalization;
using System.Text.Json;

namespace LinuxEvents.Watchdog;

/// <summary>
/// Takes the members of one JSON object one by one. What is wrong with a member is added to the errors and the default
/// stands in for it, so that one pass finds everything.
/// </summary>
internal sealed class MemberReader(JsonNode node, string prefix, Action<int, string?, string> error)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The member, if it is there; of a repeated one the last.</summary>
    public JsonNode? Find(string name)
    {
        _known.Add(name);
        JsonNode? found = null;
        foreach ((string member, int line, JsonNode value) in node.Members)
        {
            if (member != name) continue;
            if (found is not null) error(line, prefix + name, "is given twice");
            found = value;
        }

        return found;
    }

    /// <summary>Call it when every member that may be there was asked for.</summary>
    public void RejectOthers()
    {
        foreach ((string name, int line, _) in node.Members)
        {
            if (!_known.Contains(name)) error(line, prefix + name, $"is no member that is known here ({string.Join(", ", _known)})");
        }
    }

    public T Keyword<T>(string name, T fallback)
        where T : struct, Enum
    {
        if (Find(name) is not { } value) return fallback;
        if (value.Kind == JsonTokenType.String && Watchdog.Keyword<T>.TryParse(value.Text, out T keyword)) return keyword;
        Refuse(value, name, $"is none of {string.Join(", ", Watchdog.Keyword<T>.All)}");
        return fallback;
    }

    public TimeSpan Duration(string name, TimeSpan fallback)
    {
        if (Find(name) is not { } value) return fallback;
        if (value.Kind is JsonTokenType.String or JsonTokenType.Number && Watchdog.Duration.TryParse(value.Text, out TimeSpan time))
            return time;
        Refuse(value, name, Watchdog.Duration.Expected);
        return fallback;
    }

    public int? Count(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.Kind == JsonTokenType.Number && int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            return count;
        Refuse(value, name, "is not a whole number from 0 to 2147483647");
        return null;
    }

    public double Factor(string name, double fallback)
    {
        if (Find(name) is not { } value) return fallback;
        if (value.Kind == JsonTokenType.Number && Values.TryParseFactor(value.Text, out double factor)) return factor;
        Refuse(value, name, Values.FactorExpected);
        return fallback;
    }

    public LinuxSignal Signal(string name, LinuxSignal fallback)
    {
        if (Find(name) is not { } value) return fallback;
        if (value.Kind is JsonTokenType.String or JsonTokenType.Number && SignalName.TryParse(value.Text, out LinuxSignal signal))
            return signal;
        Refuse(value, name, SignalName.Expected);
        return fallback;
    }

    /// <summary>A text that the kernel can take: not empty, without NUL.</summary>
    public string? Text(string name)
    {
        if (Find(name) is not { } value) return null;
        if (!IsString(value, name)) return null;
        if (value.Text.Length > 0) return value.Text;
        error(value.Line, prefix + name, Values.Empty);
        return null;
    }

    /// <summary>A program and its arguments; must be there.</summary>
    public IReadOnlyList<string> Command(string name)
    {
        if (Find(name) is not { } value)
        {
            error(node.Line, null, $"lacks the member '{prefix}{name}'");
            return [];
        }

        if (value.Kind != JsonTokenType.StartArray)
        {
            error(value.Line, prefix + name, $"must be a list of strings, such as [\"sleep\", \"60\"], but is {value.Description}");
            return [];
        }

        for (int i = 0; i < value.Items.Count; i++) IsString(value.Items[i], $"{name}[{i}]");
        if (value.Items.Count == 0) error(value.Line, prefix + name, Values.Empty);
        else if (value.Items[0] is { Kind: JsonTokenType.String, Text: "" } program) error(program.Line, $"{prefix}{name}[0]", Values.Empty);
        return [.. value.Items.Select(item => item.Text)];
    }

    /// <summary>An object of strings and nulls whose names are names of environment variables.</summary>
    public IReadOnlyDictionary<string, string?> Variables(string name)
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (Object(name) is not { } value) return variables;
        foreach ((string variable, int line, JsonNode content) in value.Members)
        {
            string path = $"{name}.{variable}";
            if (!Values.IsVariableName(variable)) error(line, prefix + path, Values.VariableNameExpected);
            if (content.Kind != JsonTokenType.Null) IsString(content, path);
            if (!variables.TryAdd(variable, content.Kind == JsonTokenType.Null ? null : content.Text))
                error(line, prefix + path, "is given twice");
        }

        return variables;
    }

    public JsonNode? Object(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.Kind == JsonTokenType.StartObject) return value;
        error(value.Line, prefix + name, $"must be an object, but is {value.Description}");
        return null;
    }

    private bool IsString(JsonNode value, string name)
    {
        if (value.Kind != JsonTokenType.String) error(value.Line, prefix + name, $"must be a string, but is {value.Description}");
        else if (value.Text.Contains('\0', StringComparison.Ordinal)) error(value.Line, prefix + name, "holds a NUL character");
        else return true;
        return false;
    }

    private void Refuse(JsonNode value, string name, string reason)
    {
        string shown = value.Kind switch
        {
            JsonTokenType.String => $"(\"{value.Text}\")",
            JsonTokenType.Number => $"({value.Text})",
            _ => $"({value.Description})",
        };
        error(value.Line, prefix + name, $"{shown} {reason}");
    }
}
