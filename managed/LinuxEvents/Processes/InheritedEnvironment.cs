using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>This process's environment, as execve(2) wants it.</summary>
/// <remarks>
/// .NET has an environment of its own: libc's does not know what <see cref="Environment.SetEnvironmentVariable(string, string?)"/> has changed. Nor
/// does .NET tell that something has: it only copies, as a dictionary of strings, which for each spawn would be ten times more than all else
/// that is allocated. The runtime's internal function beneath copies it as one block, outside of the managed heap. That block is taken at each spawn
/// and compared with the one of which the kept environment was made: if nothing has changed, which is nearly always, the kept one serves.
/// Where there is no such function (NativeAOT, or another runtime) the block is made from the dictionary.
/// </remarks>
internal sealed unsafe class InheritedEnvironment
{
    private static readonly delegate*<char*> s_copy = (delegate*<char*>)Internal("GetEnvironmentStringsW");
    private static readonly delegate*<char*, int> s_free = (delegate*<char*, int>)Internal("FreeEnvironmentStringsW");
    private static InheritedEnvironment? s_kept;

    private readonly char[] _block;
    private readonly byte[] _memory;

    private InheritedEnvironment(ReadOnlySpan<char> block)
    {
        _block = block.ToArray();
        int count = block.Count('\0'), pointers = (count + 1) * sizeof(byte*);
        _memory = GC.AllocateUninitializedArray<byte>(pointers + Encoding.UTF8.GetByteCount(block), pinned: true);
        byte* text = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        Pointers = (byte**)text;
        Encoding.UTF8.GetBytes(block, _memory.AsSpan(pointers));
        text += pointers;
        for (int i = 0; i < count; i++)
        {
            Pointers[i] = text;
            ReadOnlySpan<byte> variable = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
            text += variable.Length + 1;
            if (Path is null && variable.StartsWith("PATH="u8))
                Path = Encoding.UTF8.GetString(variable[5..]);
        }

        Pointers[count] = null;
    }

    /// <summary>"NAME=value" each, then NULL. As long as this object is kept alive.</summary>
    public byte** Pointers { get; }

    /// <summary>The variable PATH: the same string as long as nothing has changed.</summary>
    public string? Path { get; }

    /// <summary>The environment as it is now.</summary>
    public static InheritedEnvironment Take()
    {
        if (s_copy == null || s_free == null)
            return Take(Flatten(Environment.GetEnvironmentVariables()));
        char* block = s_copy();
        if (block == null)
            LinuxEventsException.Throw(Errno.ENOMEM, "malloc", "a copy of the environment");
        try
        {
            int length = 0;
            while (block[length] != '\0')
                length += MemoryMarshal.CreateReadOnlySpanFromNullTerminated(block + length).Length + 1;
            return Take(new ReadOnlySpan<char>(block, length));
        }
        finally
        {
            _ = s_free(block);
        }
    }

    private static InheritedEnvironment Take(ReadOnlySpan<char> block)
    {
        InheritedEnvironment? kept = Volatile.Read(ref s_kept);
        if (kept is null || !block.SequenceEqual(kept._block))
            Volatile.Write(ref s_kept, kept = new InheritedEnvironment(block));
        return kept;
    }

    /// <summary>Variables as "NAME=value", each with a NUL behind it.</summary>
    internal static string Flatten(IDictionary variables)
    {
        var block = new StringBuilder();
        foreach (DictionaryEntry variable in variables)
            block.Append((string)variable.Key).Append('=').Append((string?)variable.Value).Append('\0');
        return block.ToString();
    }

    private static nint Internal(string name)
    {
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        MethodInfo? function = Type.GetType("Interop+Kernel32, System.Private.CoreLib")?.GetMethod(name, Any);
        bool known = function is not null && (function.ReturnType == typeof(char*) || function.GetParameters() is [{ ParameterType: var type }] && type == typeof(char*));
        return known ? function!.MethodHandle.GetFunctionPointer() : 0;
    }
}
