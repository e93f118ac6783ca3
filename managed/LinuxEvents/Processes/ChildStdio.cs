using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>What a child gets as its standard input, output or error.</summary>
public readonly record struct ChildStdio
{
    private ChildStdio(ChildStdioKind kind, SafeHandle? handle = null, string? path = null, bool append = false)
    {
        Kind = kind;
        Handle = handle;
        Path = path;
        Append = append;
    }

    /// <summary>The same as this process has. The default.</summary>
    public static ChildStdio Inherit => default;

    /// <summary><c>/dev/null</c>: nothing to read, and what is written is forgotten.</summary>
    public static ChildStdio Null => new(ChildStdioKind.Null);

    /// <summary>A pipe, whose other end is <see cref="ChildProcess.StandardInput"/>, <see cref="ChildProcess.StandardOutput"/> or
    /// <see cref="ChildProcess.StandardError"/>.</summary>
    public static ChildStdio Pipe => new(ChildStdioKind.Pipe);

    /// <summary>
    /// A terminal made for the child, one for all that are so: its other end is <see cref="ChildProcess.Terminal"/>. The child starts a session,
    /// and the terminal is its controlling one: Ctrl+C, written to that other end, interrupts it. pty(7)
    /// </summary>
    public static ChildStdio Terminal => new(ChildStdioKind.Terminal);

    internal ChildStdioKind Kind { get; }

    internal SafeHandle? Handle { get; }

    internal string? Path { get; }

    internal bool Append { get; }

    /// <summary>A descriptor of this process: a file, a socket, one end of a pipe. The same one may serve several times.</summary>
    /// <param name="handle">The descriptor. It stays the caller's, and has to stay open until the child is spawned.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is <see langword="null"/>.</exception>
    public static ChildStdio FromHandle(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return new ChildStdio(ChildStdioKind.Handle, handle);
    }

    /// <summary>
    /// A file, opened at each spawn with this process's rights: to be read as standard input; to be written as another, and then
    /// made if it is missing, with mode 0666 less this process's umask. Opening a named pipe blocks until its other side is open.
    /// </summary>
    /// <param name="path">The file; if relative, below this process's directory, whatever the child's is.</param>
    /// <param name="append">Whether each write goes to the end (O_APPEND), as with the shell's <c>&gt;&gt;</c>; otherwise the file is emptied.
    /// Nothing for standard input. For two streams into one file append with both.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or has a NUL.</exception>
    public static ChildStdio FromFile(string path, bool append = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0'))
            throw new ArgumentException("A path ends at its first NUL.", nameof(path));
        return new ChildStdio(ChildStdioKind.File, path: path, append: append);
    }
}
