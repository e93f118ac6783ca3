using System.Text;

namespace LinuxEvents.Watchdog;

/// <summary>The values of an enumeration as words of a command line or a service file: <c>OnFailure</c> is <c>on-failure</c>.</summary>
internal static class Keyword<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> s_values =
        Enum.GetValues<T>().ToDictionary(value => Spell(value.ToString()), StringComparer.Ordinal);

    public static string[] All => [.. s_values.Keys];

    public static bool TryParse(string word, out T value) => s_values.TryGetValue(word, out value);

    public static string Of(T value) => Spell(value.ToString());

    private static string Spell(string name)
    {
        var word = new StringBuilder();
        foreach (char letter in name)
        {
            if (char.IsUpper(letter) && word.Length > 0) word.Append('-');
            word.Append(char.ToLowerInvariant(letter));
        }

        return word.ToString();
    }
}
