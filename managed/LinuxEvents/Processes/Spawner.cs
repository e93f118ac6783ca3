using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Turns <see cref="SpawnOptions"/> into a child, or into an error that says what failed on what.</summary>
internal static unsafe class Spawner
{
    // .NET itself ignores SIGPIPE, which the user did not ask for. What else is ignored was so when the program started ("nohup").
    private const ulong KeepIgnored = ~(1UL << ((int)LinuxSignal.SIGPIPE - 1));

    /// <returns>The child, which is the caller's to watch and to reap.</returns>
    public static StartedChild Start(SpawnOptions options, ChildDescriptors descriptors)
    {
        if (options.AdoptOrphans)
            StrayDuty.Ensure();
        bool isPath = ProgramSearch.IsPath(options.FileName);
        InheritedEnvironment? inherited = options.OwnEnvironment is null || !isPath ? InheritedEnvironment.Take() : null;
        ProgramSearch search = options.Search(inherited?.Path);
        fixed (lxe_spawn_fd* entries = descriptors.Entries)
        {
            var native = new lxe_spawn_options
            {
                size = (uint)sizeof(lxe_spawn_options),
                flags = options.Flags,
                fds = entries,
                fd_count = (uint)descriptors.Entries.Length,
                process_group = options.ProcessGroup ?? 0,
                signal_mask = options.SignalMask,
                signal_keep_ignored = options.InheritIgnoredSignals ? KeepIgnored : 0,
                terminal = descriptors.Terminal,
                directory = descriptors.WorkingDirectory,
                cgroup = descriptors.ControlGroup,
                umask = (uint)(options.Umask ?? 0),
                nice = options.Nice ?? 0,
                uid = options.User?.UserId ?? 0,
                gid = options.User?.GroupId ?? 0,
                parent_death_signal = (int)(options.ParentDeathSignal ?? 0),
            };
            using var block = new SpawnBlock(options, inherited, search, ref native);
            StartedChild child = Try(search, options, descriptors, block, &native);
            GC.KeepAlive(inherited);
            return child;
        }
    }

    /// <summary>
    /// Tries one candidate after the other; as execvp(3) does, a file that may not be run is remembered, but not the end. So is one whose interpreter
    /// is missing, which execvp(3) takes for a missing file.
    /// </summary>
    private static StartedChild Try(
        ProgramSearch search, SpawnOptions options, ChildDescriptors descriptors, in SpawnBlock block, lxe_spawn_options* native)
    {
        bool searches = !ProgramSearch.IsPath(options.FileName);
        Exception? found = null;
        foreach (string candidate in search.Candidates)
        {
            if (!search.IsWorthTrying(candidate))
                continue;
            native->path = block.Path(candidate);
            if (TryStart(options, native, out SpawnFailure failure) is { } child)
                return child;
            bool goOn = searches && failure.Step == NativeMethods.LXE_SPAWN_STEP_EXEC && failure.Errno is Errno.EACCES or Errno.ENOENT or Errno.ENOTDIR or Errno.ENAMETOOLONG;
            if (!goOn)
                throw Explain(failure, candidate, options, descriptors);
            if (found is null && (failure.Errno == Errno.EACCES || (failure.Errno == Errno.ENOENT && candidate[0] == '/' && File.Exists(candidate))))
                found = Explain(failure, candidate, options, descriptors);
        }

        throw found ?? LinuxEventsException.Create(
            Errno.ENOENT, "execve", $"'{options.FileName}', which is in no directory of PATH ({search.Path}),");
    }

    private static StartedChild? TryStart(SpawnOptions options, lxe_spawn_options* native, out SpawnFailure failure)
    {
        if (options.Mechanism == ProcessMechanism.Reaper)
            return ReaperChild.Start(native, out failure);
        return options.ParentDeathSignal is null ? DirectChild.Start(native, out failure) : StartFromParentThread((nint)native, out failure);
    }

    /// <summary>Apart, so that its closure is only made when it is needed.</summary>
    private static DirectChild? StartFromParentThread(nint native, out SpawnFailure failure)
    {
        (DirectChild? child, failure) = ParentThread.Run(() => (DirectChild.Start((lxe_spawn_options*)native, out SpawnFailure failure), failure));
        return child;
    }

    private static Exception Explain(in SpawnFailure failure, string path, SpawnOptions options, ChildDescriptors descriptors)
    {
        (string call, string? target) = failure.Step switch
        {
            NativeMethods.LXE_SPAWN_STEP_CREATE => ("clone", $"a process for '{path}'"),
            NativeMethods.LXE_SPAWN_STEP_SIGNALS => ("sigaction", null),
            NativeMethods.LXE_SPAWN_STEP_SESSION => ("setsid", null),
            NativeMethods.LXE_SPAWN_STEP_PROCESS_GROUP => ("setpgid", $"process group {options.ProcessGroup ?? 0}"),
            NativeMethods.LXE_SPAWN_STEP_WORKING_DIRECTORY when options.WorkingDirectoryHandle is not null =>
                ("fchdir", $"descriptor {descriptors.WorkingDirectory} as the working directory"),
            NativeMethods.LXE_SPAWN_STEP_WORKING_DIRECTORY => ("chdir", $"the working directory '{options.WorkingDirectory}'"),
            NativeMethods.LXE_SPAWN_STEP_DESCRIPTOR => ("dup2", descriptors.Describe(failure.Index)),
            NativeMethods.LXE_SPAWN_STEP_CLOSE => ("close_range", null),
            NativeMethods.LXE_SPAWN_STEP_EXEC => ("execve", $"'{path}'{ProgramSearch.Explain(failure.Errno, path)}"),
            NativeMethods.LXE_SPAWN_STEP_LIMIT => ("setrlimit", Limit(options, failure.Index)),
            NativeMethods.LXE_SPAWN_STEP_NICE => ("setpriority", $"nice {options.Nice}"),
            NativeMethods.LXE_SPAWN_STEP_AFFINITY => ("sched_setaffinity", $"processors {string.Join(", ", options.Processors ?? [])}"),
            NativeMethods.LXE_SPAWN_STEP_TERMINAL => ("ioctl(TIOCSCTTY)", $"descriptor {descriptors.Terminal} as the controlling terminal"),
            NativeMethods.LXE_SPAWN_STEP_CGROUP => ("write", $"'{options.ControlGroup}/cgroup.procs'"),
            NativeMethods.LXE_SPAWN_STEP_CREDENTIALS => ("setresuid", options.User?.ToString()),
            NativeMethods.LXE_SPAWN_STEP_PARENT_DEATH => ("prctl(PR_SET_PDEATHSIG)", options.ParentDeathSignal?.ToString()),
            _ => ("lxe_spawn_start", $"'{path}'"),
        };
        return LinuxEventsException.Create(failure.Errno, call, target);
    }

    private static string Limit(SpawnOptions options, uint index) => options.OwnLimits?.ElementAtOrDefault((int)index) is { } limit
        ? $"{limit.Key}, {limit.Value.Soft} of {limit.Value.Hard}"
        : "the limits of this process";
}
