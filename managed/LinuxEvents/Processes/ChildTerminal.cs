using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The other end of a child's terminal: its keyboard and its screen. Closed by <see cref="ChildProcess.Dispose"/>. pty(7)</summary>
/// <remarks>When it is closed, the child's foreground processes get SIGHUP, which ends them unless they say otherwise.</remarks>
public sealed class ChildTerminal
{
    internal ChildTerminal(FdStream stream) => Stream = stream;

    /// <summary>
    /// What is written is typed; what is read, with the echo of what was typed, is shown. It is at its end when no process has the
    /// terminal open any more; that may be later than the child's end, and what was shown until then can still be read.
    /// </summary>
    public FdStream Stream { get; }

    /// <summary>How large the window is. A change is told to the terminal's foreground processes by SIGWINCH.</summary>
    /// <exception cref="ObjectDisposedException">The child was disposed.</exception>
    public unsafe TerminalSize Size
    {
        get
        {
            uint rows, columns;
            using var descriptor = new DescriptorReference(Stream.Handle);
            descriptor.Check(NativeMethods.lxe_pty_get_size(descriptor.Number, &rows, &columns), "ioctl(TIOCGWINSZ)");
            return new TerminalSize((int)rows, (int)columns);
        }

        set
        {
            using var descriptor = new DescriptorReference(Stream.Handle);
            descriptor.Check(NativeMethods.lxe_pty_set_size(descriptor.Number, (uint)value.Rows, (uint)value.Columns), "ioctl(TIOCSWINSZ)");
        }
    }
}
