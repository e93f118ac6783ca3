using System.Runtime.InteropServices;
using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Turns <see cref="SpawnOptions"/> into a child, or into an error that says what failed on what.</summary>
internal static unsafe class Spawner
{
    // .NET itself ignores SIGPIPE, which the user did not ask for. What else is ignored was so when the program started ("nohup").
    private const ulong KeepIgnored = ~(1UL << ((int)LinuxSignal.SIGPIPE - 1));

    private static readonly uint[] s_needed = [NativeMethods.LXE_FEATURE_CLONE_PIDFD, NativeMethods.LXE_FEATURE_PIDFD_SIGNAL];

    /// <returns>The child's id and pidfd: the child is the caller's to watch and to reap.</returns>
    public static (int ProcessId, SafePidFdHandle PidFd) Start(SpawnOptions options, ChildDescriptors descriptors)
    {
        EnsureSupported();
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
    private static (int ProcessId, SafePidFdHandle PidFd) Search(SpawnOptions options, ChildDescriptors descriptors, lxe_spawn_options* native)
    {
        string? denied = null;
        foreach (string path in ProgramSearch.Candidates(options.FileName))
        {
            var result = new lxe_spawn_result { size = (uint)sizeof(lxe_spawn_result) };
            int error;
            fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
            {
                native->path = text;
                error = -NativeMethods.lxe_spawn_start(native, &result);
            }

            if (error == 0)
                return (result.pid, new SafePidFdHandle(result.pidfd, ownsHandle: true));
            bool goOn = result.step == NativeMethods.LXE_SPAWN_STEP_EXEC && !ProgramSearch.IsPath(options.FileName)
                && error is Errno.EACCES or Errno.ENOENT or Errno.ENOTDIR;
            if (!goOn)
                throw Failure(error, result, path, options, descriptors);
            if (error == Errno.EACCES)
                denied ??= path;
        }

        throw denied is not null
            ? LinuxEventsException.Create(Errno.EACCES, "execve", $"'{denied}'{ProgramSearch.Explain(Errno.EACCES, denied)}")
            : LinuxEventsException.Create(Errno.ENOENT, "execve", $"'{options.FileName}', which is in no directory of PATH ({ProgramSearch.Path}),");
    }

    private static Exception Failure(int error, in lxe_spawn_result result, string path, SpawnOptions options, ChildDescriptors descriptors)
    {
        (string call, string? target) = result.step switch
        {
            NativeMethods.LXE_SPAWN_STEP_CREATE => ("clone", $"a process for '{path}'"),
            NativeMethods.LXE_SPAWN_STEP_SIGNALS => ("sigaction", null),
            NativeMethods.LXE_SPAWN_STEP_SESSION => ("setsid", null),
            NativeMethods.LXE_SPAWN_STEP_PROCESS_GROUP => ("setpgid", $"process group {options.ProcessGroup ?? 0}"),
            NativeMethods.LXE_SPAWN_STEP_WORKING_DIRECTORY => ("chdir", $"the working directory '{options.WorkingDirectory}'"),
            NativeMethods.LXE_SPAWN_STEP_DESCRIPTOR => ("dup2", descriptors.Describe(result.index)),
            NativeMethods.LXE_SPAWN_STEP_CLOSE => ("close_range", null),
            NativeMethods.LXE_SPAWN_STEP_EXEC => ("execve", $"'{path}'{ProgramSearch.Explain(error, path)}"),
            _ => ("lxe_spawn_start", (string?)$"'{path}'"),
        };
        return LinuxEventsException.Create(error, call, target);
    }

    /// <summary>Ends a child that nobody can watch.</summary>
    public static void Abort(SafePidFdHandle pidFd)
    {
        using (pidFd)
        {
            var status = new lxe_pidfd_status { size = (uint)sizeof(lxe_pidfd_status) };
            _ = NativeMethods.lxe_pidfd_signal(pidFd.Descriptor, (int)LinuxSignal.SIGKILL, 0);
            while (NativeMethods.lxe_pidfd_wait(pidFd.Descriptor, NativeMethods.LXE_WAIT_EXITED, &status) == -Errno.EINTR)
            {
            }
        }
    }

    /// <summary>Whether kernel and sandbox offer a feature.</summary>
    public static bool IsPresent(uint feature, out lxe_feature_info info)
    {
        fixed (lxe_feature_info* native = &info)
        {
            *native = new lxe_feature_info { size = (uint)sizeof(lxe_feature_info) };
            return LinuxEventsException.ThrowIfError(NativeMethods.lxe_feature_query(feature, native), "lxe_feature_query") == 1;
        }
    }

    /// <summary>Without these a child could be started, but not be watched, reaped or signalled for certain.</summary>
    private static void EnsureSupported()
    {
        foreach (uint feature in s_needed)
        {
            if (!IsPresent(feature, out lxe_feature_info info))
            {
                throw new PlatformNotSupportedException(
                    $"Child processes need {Marshal.PtrToStringUTF8((nint)info.name)}, which is in Linux {info.kernel >> 16}.{info.kernel & 0xffff}: "
                    + (info.state == NativeMethods.LXE_FEATURE_DISABLED ? "it is switched off." : $"{Errno.Describe(info.error)}."));
            }
        }
    }
}
