using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>
/// How a process ended: by itself with an exit code, or by a signal; or <see cref="IsKnown"/> is
/// <see langword="false"/> and <see cref="UnknownReason"/> says why. No number is ever made up.
/// </summary>
public readonly record struct ExitStatus
{
    private enum Kind : byte
    {
        Unknown,
        Exited,
        Killed,
        Dumped,
    }

    private readonly Kind _kind;
    private readonly int _value;
    private readonly string? _reason;

    private ExitStatus(Kind kind, int value, string? reason = null)
    {
        _kind = kind;
        _value = value;
        _reason = reason;
    }

    /// <summary>Whether it is known how the process ended.</summary>
    public bool IsKnown => _kind != Kind.Unknown;

    /// <summary>Why it is not known; <see langword="null"/> when it is.</summary>
    public string? UnknownReason => IsKnown ? null : _reason ?? "there is no status";

    /// <summary>The exit code, 0 to 255; <see langword="null"/> when a signal ended the process or its end is unknown.</summary>
    public int? ExitCode => _kind == Kind.Exited ? _value : null;

    /// <summary>The signal that ended the process; <see langword="null"/> when it exited or its end is unknown.</summary>
    public LinuxSignal? Signal => _kind >= Kind.Killed ? (LinuxSignal)_value : null;

    /// <summary>Whether the signal left a core dump.</summary>
    public bool CoreDumped => _kind == Kind.Dumped;

    /// <summary>
    /// Whether <see cref="UserTime"/>, <see cref="SystemTime"/> and <see cref="PeakMemory"/> are known: not when somebody else reaped
    /// the process.
    /// </summary>
    public bool HasUsage { get; private init; }

    /// <summary>CPU time in user mode, of the process and of those of its children that it waited for; zero when not known.</summary>
    public TimeSpan UserTime { get; private init; }

    /// <summary>CPU time in the kernel, of the process and of those of its children that it waited for; zero when not known.</summary>
    public TimeSpan SystemTime { get; private init; }

    /// <summary>
    /// The largest resident memory in bytes, of the process or of the largest child that it waited for; zero when not known. The
    /// kernel carries over what the parent itself had needed when it started the process: smaller values are not told apart.
    /// </summary>
    public long PeakMemory { get; private init; }

    /// <summary>The status as a shell gives it in <c>$?</c>: the exit code, or 128 plus the number of the signal.</summary>
    /// <exception cref="InvalidOperationException">The status is not known.</exception>
    public int ToShellCode() => _kind switch
    {
        Kind.Exited => _value,
        Kind.Unknown => throw new InvalidOperationException($"The exit status is unknown: {UnknownReason}."),
        _ => 128 + _value,
    };

    /// <summary>"exited with code 3", "killed by SIGSEGV (core dumped)", "ended with an unknown status: ...".</summary>
    public override string ToString() => _kind switch
    {
        Kind.Exited => $"exited with code {_value}",
        Kind.Unknown => $"ended with an unknown status: {UnknownReason}",
        _ => $"killed by {(Enum.IsDefined((LinuxSignal)_value) ? (LinuxSignal)_value : $"signal {_value}")}{(CoreDumped ? " (core dumped)" : "")}",
    };

    /// <summary>From what waitid(2) reports of a process that has ended.</summary>
    internal static ExitStatus From(in lxe_pidfd_status status) =>
        new(
            status.code switch
            {
                NativeMethods.LXE_CHILD_EXITED => Kind.Exited,
                NativeMethods.LXE_CHILD_DUMPED => Kind.Dumped,
                _ => Kind.Killed,
            },
            status.status)
        {
            HasUsage = true,
            UserTime = new TimeSpan(status.user_time / TimeSpan.NanosecondsPerTick),
            SystemTime = new TimeSpan(status.system_time / TimeSpan.NanosecondsPerTick),
            PeakMemory = status.max_rss,
        };

    /// <summary>From the number that wait(2) gives.</summary>
    internal static ExitStatus FromWaitStatus(int status) =>
        (status & 0x7f) == 0
            ? new ExitStatus(Kind.Exited, status >> 8 & 0xff)
            : new ExitStatus((status & 0x80) == 0 ? Kind.Killed : Kind.Dumped, status & 0x7f);

    internal static ExitStatus Unknown(string reason) => new(Kind.Unknown, 0, reason);
}
