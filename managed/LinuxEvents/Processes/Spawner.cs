using System.Text;
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
        if (options.ProcessGroup is not null && options.LeadsProcessGroup)
            throw new ArgumentException("ProcessGroup names a group to join, but NewProcessGroup or NewSession asks for one of its own.");
        if (options.ProcessGroup <= 0)
            throw new ArgumentException($"ProcessGroup is {options.ProcessGroup}: a process group's id is above 0.");

        using var block = new SpawnBlock(options);
        fixed (lxe_spawn_fd* entries = descriptors.Entries)
        {
            var native = new lxe_spawn_options
            {
                size = (uint)sizeof(lxe_spawn_options),
                // A session's leader leads a group already, and may not be given another.
                flags = options.NewSession ? NativeMethods.LXE_SPAWN_SESSION
                    : options.NewProcessGroup || options.ProcessGroup is not null ? NativeMethods.LXE_SPAWN_PROCESS_GROUP
                    : 0,
                arguments = block.Arguments,
                environment = block.Environment,
                working_directory = block.WorkingDirectory,
                fds = entries,
                fd_count = (uint)descriptors.Entries.Length,
                process_group = options.ProcessGroup ?? 0,
                signal_mask = options.SignalMask,
                signal_keep_ignored = KeepIgnored,
            };
            return Search(options, descriptors, &native);
        }
    }

    /// <summary>Tries one candidate after the other; as execvp(3) does, a file that may not be run is remembered, but not the end.</summary>
    private static StartedChild Search(SpawnOptions options, ChildDescriptors descriptors, lxe_spawn_options* native)
    {
        string? denied = null;
        foreach (string path in ProgramSearch.Candidates(options.FileName))
        {
            StartedChild? child;
            SpawnFailure failure;
            fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
            {
                native->path = text;
                child = ProcessSupport.MechanismFor(options.LeadsProcessGroup) == ProcessMechanism.Direct
                    ? DirectChild.Start(native, out failure)
                    : ReaperChild.Start(native, out failure);
            }

            if (child is not null)
                return child;
            bool goOn = failure.Step == NativeMethods.LXE_SPAWN_STEP_EXEC && !ProgramSearch.IsPath(options.FileName)
                && failure.Errno is Errno.EACCES or Errno.ENOENT or Errno.ENOTDIR;
            if (!goOn)
                throw Explain(failure, path, options, descriptors);
            if (failure.Errno == Errno.EACCES)
                denied ??= path;
        }

        throw denied is not null
            ? LinuxEventsException.Create(Errno.EACCES, "execve", $"'{denied}'{ProgramSearch.Explain(Errno.EACCES, denied)}")
            : LinuxEventsException.Create(Errno.ENOENT, "execve", $"'{options.FileName}', which is in no directory of PATH ({ProgramSearch.Path}),");
    }

    private static Exception Explain(in SpawnFailure failure, string path, SpawnOptions options, ChildDescriptors descriptors)
    {
        (string call, string? target) = failure.Step switch
        {
            NativeMethods.LXE_SPAWN_STEP_CREATE => ("clone", $"a process for '{path}'"),
            NativeMethods.LXE_SPAWN_STEP_SIGNALS => ("sigaction", null),
            NativeMethods.LXE_SPAWN_STEP_SESSION => ("setsid", null),
            NativeMethods.LXE_SPAWN_STEP_PROCESS_GROUP => ("setpgid", $"process group {options.ProcessGroup ?? 0}"),
            NativeMethods.LXE_SPAWN_STEP_WORKING_DIRECTORY => ("chdir", $"the working directory '{options.WorkingDirectory}'"),
            NativeMethods.LXE_SPAWN_STEP_DESCRIPTOR => ("dup2", descriptors.Describe(failure.Index)),
            NativeMethods.LXE_SPAWN_STEP_CLOSE => ("close_range", null),
            NativeMethods.LXE_SPAWN_STEP_EXEC => ("execve", $"'{path}'{ProgramSearch.Explain(failure.Errno, path)}"),
            _ => ("lxe_spawn_start", (string?)$"'{path}'"),
        };
        return LinuxEventsException.Create(failure.Errno, call, target);
    }
}
