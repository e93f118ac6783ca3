using System.Text.Json;
using System.Text.Unicode;

namespace LinuxEvents.Watchdog;

/// <summary>Reads the services of a file, in the file's order.</summary>
internal static class ServiceFile
{
    /// <summary>No service file is longer, in bytes.</summary>
    private const int MaximumLength = 4 << 20;

    /// <exception cref="ServiceFileException">It cannot be read, or something in it is wrong.</exception>
    public static IReadOnlyList<ServiceDefinition> Load(string path)
    {
        byte[] text;
        try
        {
            text = ReadAll(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, 0, Directory.Exists(path) ? "is a directory" : $"cannot be read: {Reason(e)}");
        }

        if (text.Length > MaximumLength) throw Unusable(path, 0, $"is longer than {MaximumLength >> 20} MiB");
        return Parse(path, text);
    }

    /// <exception cref="ServiceFileException">Something in it is wrong.</exception>
    public static IReadOnlyList<ServiceDefinition> Parse(string path, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        if (text.StartsWith(byteOrderMark)) text = text[byteOrderMark.Length..];
        if (!Utf8.IsValid(text)) throw Unusable(path, 0, "is not UTF-8 text");
        if (text.IndexOfAnyExcept(" \t\r\n"u8) < 0) throw Unusable(path, 0, Values.Empty);
        JsonNode root;
        try
        {
            root = JsonNode.Parse(text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            long line = e is JsonException { LineNumber: long number } ? number + 1 : 0;
            throw Unusable(path, (int)line, $"is not JSON: {e.Message.Split(" LineNumber:")[0]}");
        }

        var reader = new ServiceFileReader(path);
        IReadOnlyList<ServiceDefinition> services = reader.Read(root);
        return reader.Errors.Count == 0 ? services : throw new ServiceFileException(reader.Errors);
    }

    /// <summary>Works for a pipe too, and of an endless file reads only enough to know it too long.</summary>
    private static byte[] ReadAll(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var text = new byte[MaximumLength + 1];
        return text[..file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)];
    }

    private static string Reason(Exception e) => e switch
    {
        FileNotFoundException => "no such file",
        DirectoryNotFoundException => "no such directory",
        UnauthorizedAccessException => "permission denied",
        _ => e.Message,
    };

    private static ServiceFileException Unusable(string path, int line, string reason) =>
        new([new ServiceFileError(path, line, null, null, reason)]);
}
