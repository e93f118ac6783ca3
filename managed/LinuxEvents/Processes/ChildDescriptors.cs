using System.Runtime.InteropServices;
using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptors of a child that is to be: what becomes its 0, 1, 2 and others, and our ends of its pipes and terminal.</summary>
/// <remarks>One is kept for each thread that spawns: a spawn allocates none.</remarks>
internal sealed unsafe class ChildDescriptors : IDisposable
{
    private static readonly string[] s_names = ["standard input", "standard output", "standard error"];

    [ThreadStatic]
    private static ChildDescriptors? t_spare;

    private readonly List<lxe_spawn_fd> _entries = new(4);
    private readonly List<SafeHandle> _referenced = [];
    private readonly List<int> _opened = new(4);
    private readonly FdStream?[] _streams = new FdStream?[3];
    private ChildTerminal? _childTerminal;

    private ChildDescriptors()
    {
    }

    /// <summary>What lxe_spawn_start is told.</summary>
    public ReadOnlySpan<lxe_spawn_fd> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>What becomes the child's controlling terminal, or -1.</summary>
    public int Terminal { get; private set; }

    /// <summary>What becomes the child's working directory, or -1.</summary>
    public int WorkingDirectory { get; private set; }

    /// <summary>The directory of the child's control group, or -1.</summary>
    public int ControlGroup { get; private set; }

    /// <summary>Makes and opens what is needed. If anything fails, nothing stays open.</summary>
    public static ChildDescriptors Open(SpawnOptions options, Selector selector)
    {
        ChildDescriptors descriptors = t_spare ?? new ChildDescriptors();
        t_spare = null;
        try
        {
            descriptors.OpenAll(options, selector);
            return descriptors;
        }
        catch
        {
            descriptors.Dispose();
            throw;
        }
    }

    /// <summary>Our end of the pipe that is the child's descriptor of that number. From now on the caller's.</summary>
    public FdStream? TakeStream(int target)
    {
        FdStream? stream = _streams[target];
        _streams[target] = null;
        return stream;
    }

    /// <summary>Our end of the child's terminal. From now on the caller's.</summary>
    public ChildTerminal? TakeTerminal()
    {
        ChildTerminal? terminal = _childTerminal;
        _childTerminal = null;
        return terminal;
    }

    /// <summary>Names an entry: "descriptor 7 as the child's standard output".</summary>
    public string Describe(uint index)
    {
        lxe_spawn_fd entry = _entries[(int)index];
        return $"descriptor {entry.source} as the child's {(entry.target < 3 ? s_names[entry.target] : $"descriptor {entry.target}")}";
    }

    /// <summary>The child, if there is one, has its own by now: closes its ends here, and what was not taken.</summary>
    public void Dispose()
    {
        foreach (SafeHandle handle in _referenced)
            handle.DangerousRelease();
        foreach (int descriptor in _opened)
            _ = NativeMethods.lxe_fd_close_take(descriptor);
        for (int target = 0; target < 3; target++)
            TakeStream(target)?.Dispose();
        TakeTerminal()?.Stream.Dispose();
        _referenced.Clear();
        _opened.Clear();
        _entries.Clear();
        t_spare = this;
    }

    private void OpenAll(SpawnOptions options, Selector selector)
    {
        Terminal = options.ControllingTerminal is { } terminal ? Reference(terminal) : -1;
        WorkingDirectory = options.WorkingDirectoryHandle is { } directory ? Reference(directory) : -1;
        ControlGroup = options.ControlGroup is { } group ? OpenFile(group, NativeMethods.LXE_FD_READ, 0) : -1;
        Add(0, options.StandardInput, options, selector);
        Add(1, options.StandardOutput, options, selector);
        Add(2, options.StandardError, options, selector);
        if (options.OwnDescriptors is null)
            return;
        foreach ((int target, SafeHandle handle) in options.OwnDescriptors)
        {
            if (target < 3)
                throw new ArgumentException($"Descriptors holds {target}: its numbers begin at 3, after standard error.");
            Add(target, Reference(handle));
        }
    }

    private void Add(int target, ChildStdio stdio, SpawnOptions options, Selector selector)
    {
        switch (stdio.Kind)
        {
            case ChildStdioKind.Null:
                Add(target, OpenFile("/dev/null", target == 0 ? NativeMethods.LXE_FD_READ : NativeMethods.LXE_FD_WRITE, 0));
                break;
            case ChildStdioKind.File when target == 0:
                Add(target, OpenFile(stdio.Path!, NativeMethods.LXE_FD_READ, 0));
                break;
            case ChildStdioKind.File:
                uint how = NativeMethods.LXE_FD_CREATE | (stdio.Append ? NativeMethods.LXE_FD_APPEND : NativeMethods.LXE_FD_TRUNCATE);
                Add(target, OpenFile(stdio.Path!, NativeMethods.LXE_FD_WRITE, how));
                break;
            case ChildStdioKind.Pipe:
                int reader, writer;
                LinuxEventsException.ThrowIfError(NativeMethods.lxe_fd_pipe(&reader, &writer, 0), "pipe2");
                Add(target, Own(target == 0 ? reader : writer));
                _streams[target] = target == 0
                    ? NewStream(writer, FileAccess.Write, selector, FdOrigin.BytePipe)
                    : NewStream(reader, FileAccess.Read, selector, FdOrigin.BytePipe);
                break;
            case ChildStdioKind.Terminal:
                if (_childTerminal is null)
                    OpenTerminal(options.TerminalSize, selector);
                Add(target, Terminal);
                break;
            case ChildStdioKind.Handle:
                Add(target, Reference(stdio.Handle!));
                break;
            default:
                break;
        }
    }

    private void OpenTerminal(TerminalSize size, Selector selector)
    {
        int controller, terminal;
        LinuxEventsException.ThrowIfError(NativeMethods.lxe_pty_open(&controller, &terminal, 0), "open", "/dev/ptmx");
        Terminal = Own(terminal);
        _childTerminal = new ChildTerminal(NewStream(controller, FileAccess.ReadWrite, selector, FdOrigin.Unknown));
        if (size != default)
            _childTerminal.Size = size;
    }

    private static FdStream NewStream(int descriptor, FileAccess access, Selector selector, FdOrigin origin)
    {
        var handle = new SafeFdHandle(descriptor, ownsHandle: true);
        try
        {
            return new FdStream(handle, access, selector, ownsHandle: true, origin);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private int OpenFile(string path, uint access, uint flags)
    {
        int length = Encoding.UTF8.GetByteCount(path), result;
        byte* onStack = stackalloc byte[512], text = length < 512 ? onStack : (byte*)NativeMemory.Alloc((nuint)length + 1);
        text[Encoding.UTF8.GetBytes(path, new Span<byte>(text, length))] = 0;
        do
            result = NativeMethods.lxe_fd_open(text, access, flags);
        while (result == -Errno.EINTR);
        if (length >= 512)
            NativeMemory.Free(text);
        return Own(result >= 0 ? result : LinuxEventsException.ThrowIfError(result, "open", $"'{path}'"));
    }

    private int Own(int descriptor)
    {
        _opened.Add(descriptor);
        return descriptor;
    }

    private void Add(int target, int source) => _entries.Add(new lxe_spawn_fd { source = source, target = target });

    private int Reference(SafeHandle handle)
    {
        bool referenced = false;
        handle.DangerousAddRef(ref referenced);
        _referenced.Add(handle);
        return (int)handle.DangerousGetHandle();
    }
}
