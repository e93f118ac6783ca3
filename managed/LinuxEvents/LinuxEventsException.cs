using System.Diagnostics.CodeAnalysis;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The kernel refused a call: which one, on what, and why.</summary>
public class LinuxEventsException : IOException
{
    /// <summary>Makes an exception for a failed call.</summary>
    /// <param name="errno">The errno value, above 0.</param>
    /// <param name="call">What failed, in the words of its man page: "epoll_ctl(EPOLL_CTL_ADD)".</param>
    /// <param name="target">What it failed on: "descriptor 7", "/usr/bin/nothing"; <see langword="null"/> for nothing in particular.</param>
    public LinuxEventsException(int errno, string call, string? target = null)
        : base($"{call}{(target is null ? "" : $" on {target}")} failed: {Interop.Errno.Describe(errno)}", errno)
    {
        Errno = errno;
        Call = call;
        Target = target;
    }

    /// <summary>The errno value. errno(3)</summary>
    public int Errno { get; }

    /// <summary>Its name, such as <c>ENOENT</c>; <see langword="null"/> for one that is not known here.</summary>
    public string? ErrnoName => Interop.Errno.Name(Errno);

    /// <summary>What failed, in the words of its man page.</summary>
    public string Call { get; }

    /// <summary>What it failed on, in words, or <see langword="null"/>: "descriptor 7", "'/tmp', which is a directory,".</summary>
    public string? Target { get; }

    /// <summary>Gives back the result of a native call, or throws what its error stands for.</summary>
    internal static int ThrowIfError(int result, string call, object? target = null)
    {
        if (result < 0)
            Throw(-result, call, target);
        return result;
    }

    [DoesNotReturn]
    internal static void Throw(int errno, string call, object? target = null) => throw Create(errno, call, target);

    /// <summary>A kernel or sandbox without the call is a platform matter; everything else an I/O error.</summary>
    internal static Exception Create(int errno, string call, object? target = null)
    {
        var exception = new LinuxEventsException(errno, call, target?.ToString());
        return errno == Interop.Errno.ENOSYS ? new PlatformNotSupportedException(exception.Message, exception) : exception;
    }
}
