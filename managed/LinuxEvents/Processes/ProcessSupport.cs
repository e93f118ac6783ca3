using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>What this kernel, this sandbox and this process allow for child processes. Decided once, when it is first asked for or a child is started.</summary>
/// <remarks>
/// A feature that is switched off by the environment variable <c>LINUXEVENTS_DISABLE</c> counts as missing:
/// <c>LINUXEVENTS_DISABLE=pidfd_open</c> chooses <see cref="ProcessMechanism.Reaper"/>. May be used by any thread.
/// </remarks>
public static class ProcessSupport
{
    private static readonly uint[] s_needed =
    [
        NativeMethods.LXE_FEATURE_PIDFD_OPEN,
        NativeMethods.LXE_FEATURE_CLONE_PIDFD,
        NativeMethods.LXE_FEATURE_PIDFD_SIGNAL,
        NativeMethods.LXE_FEATURE_PIDFD_WAIT,
    ];

    // A passing shortage is thrown, but not remembered.
    private static readonly Lazy<(ProcessMechanism Mechanism, string Reason)> s_choice = new(Choose, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>
    /// How <see cref="ChildProcess"/> starts and reaps. Before Linux 6.9 a child with <see cref="SpawnOptions.CreateNewProcessGroup"/> or
    /// <see cref="SpawnOptions.CreateNewSession"/> is always the reaper's: by pidfd its group can't be signalled there.
    /// </summary>
    /// <exception cref="LinuxEventsException">There was no room to find out (EMFILE, ENFILE, ENOMEM, EAGAIN): ask again.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static ProcessMechanism Mechanism => s_choice.Value.Mechanism;

    /// <summary>Why <see cref="Mechanism"/> is what it is, for people to read.</summary>
    /// <inheritdoc cref="Mechanism" path="/exception"/>
    public static string Reason => s_choice.Value.Reason;

    /// <summary>Whether the kernel keeps the status of a process that somebody else has reaped. Linux 6.15</summary>
    /// <inheritdoc cref="Mechanism" path="/exception"/>
    public static bool HasExitInfo => IsPresent(NativeMethods.LXE_FEATURE_PIDFD_EXIT_INFO, out _);

    /// <summary>The process id of the helper, which is the parent of the children; <see langword="null"/> while there is none. It begins with the first child.</summary>
    public static int? ReaperProcessId
    {
        get
        {
            NativeLibraryVersion.Ensure();
            int pid = NativeMethods.lxe_reaper_pid();
            return pid > 0 ? pid : null;
        }
    }

    /// <summary>Why there are none: "pidfd_open, which is in Linux 5.3, gives: ...".</summary>
    internal static string WhyWithoutPidFds
    {
        get
        {
            IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out lxe_feature_info info);
            return Explain(info);
        }
    }

    /// <summary>
    /// How many processes the reaper has taken over and reaped that were not started by it, but by its children or theirs, since this process began.
    /// See <see cref="SpawnOptions.AdoptOrphans"/>.
    /// </summary>
    public static unsafe long OrphansReaped
    {
        get
        {
            NativeLibraryVersion.Ensure();
            ulong count;
            LinuxEventsException.ThrowIfError(NativeMethods.lxe_reaper_orphans(&count), "lxe_reaper_orphans");
            return (long)count;
        }
    }

    /// <summary>How a child is started.</summary>
    /// <param name="leadsProcessGroup">Whether it leads a group, which can be signalled as a whole.</param>
    internal static ProcessMechanism MechanismFor(bool leadsProcessGroup) =>
        leadsProcessGroup && !IsPresent(NativeMethods.LXE_FEATURE_PIDFD_SIGNAL_GROUP, out _) ? ProcessMechanism.Reaper : Mechanism;

    internal static string ReasonFor(bool leadsProcessGroup) =>
        Mechanism == ProcessMechanism.Direct && leadsProcessGroup && !IsPresent(NativeMethods.LXE_FEATURE_PIDFD_SIGNAL_GROUP, out lxe_feature_info info)
            ? $"it leads a process group, and {Explain(info)}"
            : Reason;

    /// <summary>Whether kernel and sandbox offer a feature.</summary>
    internal static unsafe bool IsPresent(uint feature, out lxe_feature_info info)
    {
        NativeLibraryVersion.Ensure();
        fixed (lxe_feature_info* native = &info)
        {
            *native = new lxe_feature_info { size = (uint)sizeof(lxe_feature_info) };
            return LinuxEventsException.ThrowIfError(NativeMethods.lxe_feature_query(feature, native), "lxe_feature_query") == 1;
        }
    }

    private static (ProcessMechanism Mechanism, string Reason) Choose()
    {
        foreach (uint feature in s_needed)
        {
            if (!IsPresent(feature, out lxe_feature_info info))
                return (ProcessMechanism.Reaper, Explain(info));
        }

        if (HasExitInfo)
            return (ProcessMechanism.Direct, "children have pidfds, and the kernel keeps the statuses that somebody else reaps");
        return Thief() is { } thief
            ? (ProcessMechanism.Reaper, $"{thief}, and the kernel does not keep their statuses (Linux 6.15)")
            : (ProcessMechanism.Direct, "children have pidfds, and nobody else reaps them");
    }

    internal static unsafe string Explain(in lxe_feature_info info) =>
        $"{Marshal.PtrToStringUTF8((nint)info.name)}, which is in Linux {info.kernel >> 16}.{info.kernel & 0xffff}, "
        + (info.state == NativeMethods.LXE_FEATURE_DISABLED ? "is switched off" : $"gives: {Errno.Describe(info.error)}");

    /// <summary>Who reaps every child of this process.</summary>
    private static string? Thief()
    {
        if (Environment.ProcessId == 1)
            return "as process 1, .NET reaps every child";
        try
        {
            return (ProcessStatus.Read().Ignored & 1UL << ((int)LinuxSignal.SIGCHLD - 1)) != 0
                ? "with SIGCHLD ignored, the kernel reaps every child"
                : null;
        }
        catch (IOException)
        {
            return null; // no /proc: whoever takes a status, the child's says that it is unknown
        }
    }
}
