using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>To what the child belongs, as whom it runs, and what it may use.</content>
public sealed partial class SpawnOptions
{
    private HashSet<LinuxSignal>? _blockedSignals;
    private Dictionary<ResourceKind, ResourceLimit>? _limits;

    /// <summary>
    /// Start a process group of its own, which keys on the terminal don't reach and <see cref="ChildProcess.SignalProcessGroup"/> does. setpgid(2)
    /// </summary>
    public bool CreateNewProcessGroup { get; set; }

    /// <summary>Join this process group, of the same session; not beside <see cref="CreateNewProcessGroup"/> or <see cref="CreateNewSession"/>. setpgid(2)</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is 0 or less.</exception>
    public int? ProcessGroup
    {
        get;
        set
        {
            if (value is { } group)
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(group, nameof(value));
            field = value;
        }
    }

    /// <summary>Start a session of its own, without a terminal, and with it a process group of its own. setsid(2)</summary>
    public bool CreateNewSession { get; set; }

    /// <summary>
    /// A terminal that becomes the controlling one of the child's <see cref="CreateNewSession"/>, which has to be asked for: it must not be another session's.
    /// The handle stays the caller's, and gives the child no descriptor. For a terminal of its own: <see cref="ChildStdio.Terminal"/>. ioctl_tty(2),
    /// TIOCSCTTY
    /// </summary>
    public SafeHandle? ControllingTerminal { get; set; }

    /// <summary>
    /// As whom the child runs; <see langword="null"/> for this process's user and groups. Needs CAP_SETUID and CAP_SETGID. The program is executed with
    /// that user's rights; files, directories and the control group are opened with this process's. setresuid(2), setresgid(2), setgroups(2)
    /// </summary>
    public ProcessUser? User { get; set; }

    /// <summary>Limits other than this process's. setrlimit(2)</summary>
    public IDictionary<ResourceKind, ResourceLimit> ResourceLimits => _limits ??= [];

    /// <summary>Which permissions files that the child makes do not get, 0 to 0777; <see langword="null"/> for this process's mask. umask(2)</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than the nine bits of permissions.</exception>
    public UnixFileMode? Umask
    {
        get;
        set
        {
            if (value is { } mask && (mask & ~(UnixFileMode)0x1ff) != 0)
                throw new ArgumentOutOfRangeException(nameof(value), value, "There are more than the nine bits of permissions.");
            field = value;
        }
    }

    /// <summary>
    /// The priority, from -20, the highest, to 19, the lowest; <see langword="null"/> for that of the thread that spawns. Less than that needs
    /// CAP_SYS_NICE or <see cref="ResourceKind.Nice"/>. setpriority(2)
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below -20 or above 19.</exception>
    public int? Nice
    {
        get;
        set
        {
            if (value is < -20 or > 19)
                throw new ArgumentOutOfRangeException(nameof(value), value, "Priorities go from -20 to 19.");
            field = value;
        }
    }

    /// <summary>
    /// On which processors, counted from 0, the child may run; <see langword="null"/> for those of the thread that spawns. What does not exist, or this
    /// process's cpuset does not allow, is left out. sched_setaffinity(2)
    /// </summary>
    public IReadOnlyCollection<int>? Processors { get; set; }

    /// <summary>
    /// The directory of the control group that the child joins before it executes the program, "/sys/fs/cgroup/jobs" for example;
    /// <see langword="null"/> for this process's group (the reaper's, where that starts the child). cgroups(7)
    /// </summary>
    /// <exception cref="ArgumentException">The value is empty or has a NUL.</exception>
    public string? ControlGroup
    {
        get;
        set
        {
            if (value is { } group && (group.Length == 0 || group.Contains('\0')))
                throw new ArgumentException("The path is empty or has a NUL.", nameof(value));
            field = value;
        }
    }

    /// <summary>
    /// The signal that the child gets when this process has ended, however that was; <see langword="null"/> for none. With SIGKILL it is what .NET 11
    /// calls <c>KillOnParentExit</c>. The kernel forgets it when
    /// the child executes a set-user-id program, and grandchildren don't inherit it. prctl(2), PR_SET_PDEATHSIG
    /// </summary>
    /// <remarks>
    /// For the kernel the parent is the thread that has spawned, which may end before. So such children are started by a thread of the library, which
    /// stays; <see cref="Nice"/> and <see cref="Processors"/> are then inherited from it. A child of the reaper gets it when the reaper ends, which
    /// follows this process at once, but can also be killed by itself.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    public LinuxSignal? ParentDeathSignal
    {
        get;
        set
        {
            if (value is { } signal && (int)signal is < 1 or > LinuxSignals.Highest)
                throw new ArgumentOutOfRangeException(nameof(value), value, "Signals go from 1 to 64.");
            field = value;
        }
    }

    /// <summary>The signals that the program starts with blocked; none, unless said.</summary>
    public ISet<LinuxSignal> BlockedSignals => _blockedSignals ??= [];

    /// <summary>
    /// Whether the child ignores the signals that this process was started to ignore, as with <c>nohup</c>; <see langword="true"/> unless said. Otherwise
    /// all have their default action. What .NET itself ignores (SIGPIPE) is never passed on, and what is caught can't be.
    /// </summary>
    public bool InheritIgnoredSignals { get; set; } = true;

    internal bool LeadsProcessGroup => CreateNewProcessGroup || StartsSession;

    internal bool StartsSession => CreateNewSession || UsesTerminal;

    internal Dictionary<ResourceKind, ResourceLimit>? OwnLimits => _limits;

    internal ulong SignalMask
    {
        get
        {
            ulong mask = 0;
            if (_blockedSignals is null)
                return mask;
            foreach (LinuxSignal signal in _blockedSignals)
                mask |= LinuxEvents.SignalMask.Of([signal]);
            return mask;
        }
    }

    /// <summary>LXE_SPAWN_...</summary>
    internal uint Flags =>
        // A session's leader leads a group already, and may not be given another.
        (StartsSession ? NativeMethods.LXE_SPAWN_SESSION : CreateNewProcessGroup || ProcessGroup is not null ? NativeMethods.LXE_SPAWN_PROCESS_GROUP : 0)
        | (ControllingTerminal is not null || UsesTerminal ? NativeMethods.LXE_SPAWN_TERMINAL : 0)
        | (WorkingDirectoryHandle is not null ? NativeMethods.LXE_SPAWN_DIRECTORY : 0)
        | (ControlGroup is not null ? NativeMethods.LXE_SPAWN_CGROUP : 0)
        | (Umask is not null ? NativeMethods.LXE_SPAWN_UMASK : 0)
        | (Nice is not null ? NativeMethods.LXE_SPAWN_NICE : 0)
        | (User is not null ? NativeMethods.LXE_SPAWN_GROUPS | NativeMethods.LXE_SPAWN_GID | NativeMethods.LXE_SPAWN_UID : 0);

    /// <summary>Refuses what can't be meant.</summary>
    /// <exception cref="ArgumentException">Just so; the message names the option.</exception>
    internal void Check()
    {
        Refuse(ProcessGroup is not null && LeadsProcessGroup,
            "ProcessGroup names a group to join, but CreateNewProcessGroup, CreateNewSession or ChildStdio.Terminal asks for one of its own.");
        Refuse(WorkingDirectory is not null && WorkingDirectoryHandle is not null, "WorkingDirectory and WorkingDirectoryHandle are both there.");
        Refuse(ControllingTerminal is not null && !CreateNewSession, "ControllingTerminal is there, but CreateNewSession is not asked for.");
        Refuse(ControllingTerminal is not null && UsesTerminal, "ControllingTerminal names one terminal, and ChildStdio.Terminal asks for another.");
        if (_limits is null)
            return;
        foreach (ResourceKind kind in _limits.Keys)
            Refuse(kind is < ResourceKind.CpuTime or > ResourceKind.RealTimeCpuTime, "ResourceLimits holds an unknown resource.");
    }

    private static void Refuse(bool wrong, string message)
    {
        if (wrong)
            throw new ArgumentException(message);
    }
}
