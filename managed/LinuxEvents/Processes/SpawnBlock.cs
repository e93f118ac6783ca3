using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace LinuxEvents;

/// <summary>The strings of a spawn, as execve(2) wants them: one native block with both lists of pointers and all text.</summary>
internal readonly unsafe ref struct SpawnBlock
{
    /// <summary>argv: the program's name and its arguments, then NULL.</summary>
    public readonly byte** Arguments;

    /// <summary>envp: "NAME=value" each, then NULL.</summary>
    public readonly byte** Environment;

    /// <summary>NULL for none.</summary>
    public readonly byte* WorkingDirectory;

    /// <exception cref="ArgumentException">A string that can't be told to the kernel; the message names it.</exception>
    public SpawnBlock(SpawnOptions options)
    {
        // What is measured is what is copied: the lists are read once.
        string[] arguments = [options.FileName, .. options.Arguments];
        List<(string Name, string Value)> variables = Variables(options.EffectiveEnvironment);
        string? directory = options.WorkingDirectory;

        long size = (arguments.Length + 1 + variables.Count + 1) * sizeof(byte*);
        for (int i = 0; i < arguments.Length; i++)
            size += Measure(arguments[i], i == 0 ? "FileName" : "Arguments");
        foreach ((string name, string value) in variables)
            size += Measure(name, "Environment") + Measure(value, "Environment");
        if (directory is not null)
            size += Measure(directory, "WorkingDirectory");

        Arguments = (byte**)NativeMemory.Alloc((nuint)size);
        Environment = Arguments + arguments.Length + 1;
        byte* text = (byte*)(Environment + variables.Count + 1);

        for (int i = 0; i < arguments.Length; i++)
            Arguments[i] = Append(ref text, arguments[i], 0);
        Arguments[arguments.Length] = null;

        for (int i = 0; i < variables.Count; i++)
        {
            Environment[i] = Append(ref text, variables[i].Name, (byte)'=');
            Append(ref text, variables[i].Value, 0);
        }

        Environment[variables.Count] = null;
        WorkingDirectory = directory is null ? null : Append(ref text, directory, 0);
    }

    public void Dispose() => NativeMemory.Free(Arguments);

    private static List<(string Name, string Value)> Variables(IDictionary environment)
    {
        var variables = new List<(string, string)>(environment.Count);
        IDictionaryEnumerator variable = environment.GetEnumerator();
        while (variable.MoveNext())
        {
            string name = (string)variable.Key;
            if (name.Length == 0 || name.Contains('='))
                throw new ArgumentException($"Environment holds the name '{name}': a name is not empty and has no '='.");
            if (variable.Value is string value)
                variables.Add((name, value));
        }

        return variables;
    }

    private static long Measure(string? text, string source)
    {
        if (text is null)
            throw new ArgumentException($"{source} holds null.");
        if (text.Contains('\0'))
            throw new ArgumentException($"{source} holds '{text.Replace("\0", "\\0", StringComparison.Ordinal)}': the kernel's strings end at the first NUL.");
        return Encoding.UTF8.GetByteCount(text) + 1L;
    }

    private static byte* Append(ref byte* at, string text, byte end)
    {
        byte* start = at;
        int length = Encoding.UTF8.GetByteCount(text);
        at += Encoding.UTF8.GetBytes(text, new Span<byte>(at, length));
        *at++ = end;
        return start;
    }
}
