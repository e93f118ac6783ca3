using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The descriptors of a child that is to be: what becomes its 0, 1, 2 and others, and our ends of its pipes.</summary>
internal sealed class ChildDescriptors : IDisposable
{
    private static readonly string[] s_names = ["standard input", "standard output", "standard error"];

    private readonly List<lxe_spawn_fd> _entries = new(4);
    private readonly List<SafeHandle> _referenced = [];
    private readonly List<SafeHandle> _childEnds = new(4);
    private readonly FdStream?[] _streams = new FdStream?[3];

    /// <summary>Makes and opens what is needed. If anything fails, nothing stays open.</summary>
    public ChildDescriptors(SpawnOptions options, Selector selector)
    {
        try
        {
            Add(0, options.StandardInput, selector);
            Add(1, options.StandardOutput, selector);
            Add(2, options.StandardError, selector);
            foreach ((int target, SafeHandle handle) in options.EffectiveDescriptors)
            {
                if (target < 3)
                    throw new ArgumentException($"Descriptors holds {target}: its numbers begin at 3, after standard error.");
                Reference(target, handle);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What lxe_spawn_start is told.</summary>
    public ReadOnlySpan<lxe_spawn_fd> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>Our end of the pipe that is the child's descriptor of that number. From now on the caller's.</summary>
    public FdStream? TakeStream(int target)
    {
        FdStream? stream = _streams[target];
        _streams[target] = null;
        return stream;
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
        _referenced.Clear();
        foreach (SafeHandle end in _childEnds)
            end.Dispose();
        foreach (FdStream? stream in _streams)
            stream?.Dispose();
    }

    private void Add(int target, ChildStdio stdio, Selector selector)
    {
        switch (stdio.Kind)
        {
            case ChildStdioKind.Null:
                AddChildEnd(target, File.OpenHandle("/dev/null", FileMode.Open, target == 0 ? FileAccess.Read : FileAccess.Write, FileShare.ReadWrite));
                break;
            case ChildStdioKind.Pipe:
                var pipe = new AnonymousPipe();
                AddChildEnd(target, target == 0 ? pipe.Reader : pipe.Writer);
                try
                {
                    _streams[target] = target == 0 ? pipe.OpenWriter(selector) : pipe.OpenReader(selector);
                }
                catch
                {
                    pipe.Dispose();
                    throw;
                }

                break;
            case ChildStdioKind.Handle:
                Reference(target, stdio.Handle!);
                break;
            default:
                break;
        }
    }

    private void AddChildEnd(int target, SafeHandle handle)
    {
        _childEnds.Add(handle);
        _entries.Add(new lxe_spawn_fd { source = (int)handle.DangerousGetHandle(), target = target });
    }

    private void Reference(int target, SafeHandle handle)
    {
        bool referenced = false;
        handle.DangerousAddRef(ref referenced);
        _referenced.Add(handle);
        _entries.Add(new lxe_spawn_fd { source = (int)handle.DangerousGetHandle(), target = target });
    }
}
