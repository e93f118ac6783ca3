using System.Runtime.InteropServices;
using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>What a spawn hands over beside numbers, as the kernel wants it: one native block with all lists and all text.</summary>
/// <remarks>
/// Everything is measured, then copied. What another thread changes meanwhile, though it may not, is an exception and no more: nothing is
/// written beyond what was measured.
/// </remarks>
internal unsafe ref struct SpawnBlock
{
    private readonly byte* _memory;
    private readonly byte* _end;
    private byte* _at;
    private byte* _path;
    private readonly int _pathLength;

    /// <exception cref="ArgumentException">A string that can't be told to the kernel; the message names it.</exception>
    public SpawnBlock(SpawnOptions options, InheritedEnvironment? inherited, ProgramSearch search, ref lxe_spawn_options native)
    {
        int argumentCount = options.Arguments.Count, variableCount = 0;
        long text = Measure(options.ArgumentZero ?? options.FileName, "FileName"), pointers = argumentCount + 2;
        for (int i = 0; i < argumentCount; i++)
            text += Measure(options.Arguments[i], "Arguments");
        if (options.OwnEnvironment is { } environment)
        {
            foreach ((string name, string? value) in environment)
            {
                if (name.Length == 0 || name.Contains('='))
                    throw new ArgumentException($"Environment holds the name '{name}': a name is not empty and has no '='.");
                if (value is null)
                    continue;
                text += Measure(name, "Environment") + Measure(value, "Environment");
                variableCount++;
            }

            pointers += variableCount + 1;
        }

        if (options.WorkingDirectory is { } directory)
            text += Measure(directory, "WorkingDirectory");
        foreach (string candidate in search.Candidates)
            _pathLength = Math.Max(_pathLength, Encoding.UTF8.GetByteCount(candidate) + 1);
        if (options.FileName.Contains('\0'))
            _ = Measure(options.FileName, "FileName");

        ulong[]? processors = options.Processors is { } set ? ProcessorSet.ToMask(set) : null;
        Dictionary<ResourceKind, ResourceLimit>? limits = options.OwnLimits;
        uint[]? groups = options.User?.Groups;
        long size = pointers * sizeof(byte*) + (processors?.Length ?? 0) * sizeof(ulong) + (limits?.Count ?? 0) * sizeof(lxe_spawn_limit)
            + (groups?.Length ?? 0) * sizeof(uint) + text + _pathLength;
        _at = _memory = (byte*)NativeMemory.Alloc((nuint)size);
        _end = _memory + size;
        try
        {
            byte** list = (byte**)Take(pointers * sizeof(byte*));
            if (processors is not null)
                native.affinity = (ulong*)Copy<ulong>(processors, out native.affinity_count);
            if (limits is not null)
                native.limits = Copy(limits, out native.limit_count);
            if (groups is not null)
                native.groups = (uint*)Copy<uint>(groups, out native.group_count);

            native.arguments = list;
            *list++ = Append(options.ArgumentZero ?? options.FileName, 0);
            for (int i = 0; i < argumentCount; i++)
                *list++ = Append(options.Arguments[i], 0);
            *list++ = null;
            native.environment = inherited is not null && options.OwnEnvironment is null ? inherited.Pointers : list;
            if (options.OwnEnvironment is not null)
                Append(options.OwnEnvironment, list, variableCount);
            native.working_directory = options.WorkingDirectory is null ? null : Append(options.WorkingDirectory, 0);
            _path = Take(_pathLength);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>One of the candidates, until the next.</summary>
    public readonly byte* Path(string candidate)
    {
        _path[Encoding.UTF8.GetBytes(candidate, new Span<byte>(_path, _pathLength - 1))] = 0;
        return _path;
    }

    public readonly void Dispose() => NativeMemory.Free(_memory);

    private static long Measure(string? text, string source)
    {
        if (text is null)
            throw new ArgumentException($"{source} holds null.");
        if (text.Contains('\0'))
            throw new ArgumentException($"{source} holds '{text.Replace("\0", "\\0", StringComparison.Ordinal)}': the kernel's strings end at the first NUL.");
        return Encoding.UTF8.GetByteCount(text) + 1L;
    }

    private byte* Take(long size)
    {
        byte* start = _at;
        if (size > _end - _at)
            throw new InvalidOperationException("The options were changed while a child was being spawned.");
        _at += size;
        return start;
    }

    private T* Copy<T>(T[] values, out uint count)
        where T : unmanaged
    {
        count = (uint)values.Length;
        T* start = (T*)Take((long)values.Length * sizeof(T));
        values.CopyTo(new Span<T>(start, values.Length));
        return start;
    }

    private lxe_spawn_limit* Copy(Dictionary<ResourceKind, ResourceLimit> limits, out uint count)
    {
        count = (uint)limits.Count;
        lxe_spawn_limit* start = (lxe_spawn_limit*)Take(count * sizeof(lxe_spawn_limit)), next = start;
        foreach ((ResourceKind kind, ResourceLimit limit) in limits)
            *next++ = new lxe_spawn_limit { resource = (uint)kind, soft = limit.Soft, hard = limit.Hard };
        return start;
    }

    private void Append(Dictionary<string, string?> environment, byte** list, int count)
    {
        foreach ((string name, string? value) in environment)
        {
            if (value is null)
                continue;
            if (count-- == 0)
                _ = Take(long.MaxValue);
            *list++ = Append(name, (byte)'=');
            Append(value, 0);
        }

        *list = null;
    }

    private byte* Append(string text, byte end)
    {
        byte* start = Take(Encoding.UTF8.GetByteCount(text) + 1L);
        int length = (int)(_at - start) - 1;
        Encoding.UTF8.GetBytes(text, new Span<byte>(start, length));
        start[length] = end;
        return start;
    }
}
