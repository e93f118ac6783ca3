using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>What a child gets as its standard input, output or error.</summary>
public readonly record struct ChildStdio
{
    private ChildStdio(ChildStdioKind kind, SafeHandle? handle = null)
    {
        Kind = kind;
        Handle = handle;
    }

    /// <summary>The same as this process has. The default.</summary>
    public static ChildStdio Inherit => default;

    /// <summary><c>/dev/null</c>: nothing to read, and what is written is forgotten.</summary>
    public static ChildStdio Null => new(ChildStdioKind.Null);

    /// <summary>A pipe, whose other end is <see cref="ChildProcess.StandardInput"/>, <see cref="ChildProcess.StandardOutput"/> or
    /// <see cref="ChildProcess.StandardError"/>.</summary>
    public static ChildStdio Pipe => new(ChildStdioKind.Pipe);

    internal ChildStdioKind Kind { get; }

    internal SafeHandle? Handle { get; }

    /// <summary>A descriptor of this process: a file, a socket, one end of a pipe. The same one may serve several times.</summary>
    /// <param name="handle">The descriptor. It stays the caller's, and has to stay open until the child is spawned.</param>
    public static ChildStdio FromHandle(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return new ChildStdio(ChildStdioKind.Handle, handle);
    }
}
