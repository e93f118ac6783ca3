using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>What can't be started: each failure names the thing and the reason, and leaves nothing behind.</summary>
public sealed class SpawnFailureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("linuxevents-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact] // CHECKLIST 58
    public void A_missing_program() => Fails(new SpawnOptions("/nowhere/at/all"), Errno.ENOENT, "execve", "'/nowhere/at/all'");

    [Fact]
    public void A_program_that_is_in_no_directory_of_PATH()
    {
        LinuxEventsException error = Fails(new SpawnOptions("no-such-program"), Errno.ENOENT, "execve", null);
        Assert.Contains("'no-such-program'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"PATH ({Environment.GetEnvironmentVariable("PATH")})", error.Message, StringComparison.Ordinal);
        Assert.Contains("No such file or directory (ENOENT)", error.Message, StringComparison.Ordinal);
    }

    [Fact] // CHECKLIST 58
    public void A_program_that_may_not_be_run() => Fails(new SpawnOptions(Make("plain", "#!/bin/sh\n", 0x1a4)), Errno.EACCES, "execve", $"'{_directory}/plain', which is not executable (chmod +x),");

    [Fact]
    public void A_directory() => Fails(new SpawnOptions("/tmp"), Errno.EACCES, "execve", "'/tmp', which is a directory,");

    [Fact]
    public void A_path_through_a_file() => Fails(new SpawnOptions("/etc/passwd/x"), Errno.ENOTDIR, "execve", "'/etc/passwd/x'");

    [Fact] // CHECKLIST 58
    public void A_script_without_an_interpreter() => Fails(new SpawnOptions(Make("script", "exit 0\n")), Errno.ENOEXEC, "execve",
        $"'{_directory}/script', which is no program of this machine and does not begin with #!,");

    [Fact]
    public void A_script_whose_interpreter_is_missing() => Fails(new SpawnOptions(Make("script", "#!/nowhere\n")), Errno.ENOENT, "execve",
        $"'{_directory}/script', which exists, but the interpreter that it names (after #!, or its dynamic loader) does not,");

    [Fact]
    public void A_missing_working_directory() =>
        Fails(new SpawnOptions("true") { WorkingDirectory = "/nowhere" }, Errno.ENOENT, "chdir", "the working directory '/nowhere'");

    [Fact] // CHECKLIST 58
    public void Arguments_that_are_too_long() => Fails(new SpawnOptions("/bin/true", new string('x', 1 << 20)), Errno.E2BIG, "execve", "'/bin/true'");

    [Fact] // CHECKLIST 52
    public void A_process_group_that_is_not_there() =>
        Fails(new SpawnOptions("true") { ProcessGroup = int.MaxValue }, Errno.EPERM, "setpgid", $"process group {int.MaxValue}");

    [Fact]
    public void A_descriptor_that_is_not_open()
    {
        using var none = new SafeFdHandle(12345, ownsHandle: false);
        Fails(new SpawnOptions("true") { StandardError = ChildStdio.FromHandle(none) }, Errno.EBADF, "dup2", "descriptor 12345 as the child's standard error");
        var options = new SpawnOptions("true") { StandardInput = ChildStdio.Pipe, StandardOutput = ChildStdio.Pipe };
        options.Descriptors[9] = none;
        Fails(options, Errno.EBADF, "dup2", "descriptor 12345 as the child's descriptor 9");
    }

    [Fact]
    public void Handles_that_are_closed()
    {
        var closed = new EventFd();
        closed.Dispose();
        TestChild.LeavesNothing(() => Assert.Throws<ObjectDisposedException>(() => ChildProcess.Spawn(
            new SpawnOptions("true") { StandardInput = ChildStdio.Pipe, StandardOutput = ChildStdio.FromHandle(closed.Handle) })));
    }

    [Fact]
    public void Files_that_can_not_be_opened()
    {
        Fails(new SpawnOptions("true") { StandardInput = ChildStdio.FromFile("/nowhere/x") }, Errno.ENOENT, "open", "'/nowhere/x'");
        Fails(new SpawnOptions("true") { StandardInput = ChildStdio.Pipe, StandardOutput = ChildStdio.FromFile("/tmp") }, Errno.EISDIR, "open", "'/tmp'");
        Fails(new SpawnOptions("true") { ControlGroup = "/nowhere" }, Errno.ENOENT, "open", "'/nowhere'");
        Fails(new SpawnOptions("true") { ControlGroup = _directory, StandardOutput = ChildStdio.Pipe }, Errno.ENOENT, "write", $"'{_directory}/cgroup.procs'");
    }

    [Fact]
    public void A_working_directory_that_is_none()
    {
        using SafeFdHandle file = new(Libc.open("/dev/null", 0x80000), ownsHandle: true), none = new(12345, ownsHandle: false);
        Fails(new SpawnOptions("true") { WorkingDirectoryHandle = file }, Errno.ENOTDIR, "fchdir", $"descriptor {file.Descriptor} as the working directory");
        Fails(new SpawnOptions("true") { WorkingDirectoryHandle = none }, Errno.EBADF, "fchdir", "descriptor 12345 as the working directory");
        Fails(new SpawnOptions("true") { WorkingDirectory = "/etc/passwd" }, Errno.ENOTDIR, "chdir", "the working directory '/etc/passwd'");
    }

    [Fact]
    public void A_controlling_terminal_that_is_none()
    {
        using SafeFdHandle file = new(Libc.open("/dev/null", 0x80000), ownsHandle: true), none = new(12345, ownsHandle: false);
        Fails(new SpawnOptions("true") { CreateNewSession = true, ControllingTerminal = file }, Errno.ENOTTY, "ioctl(TIOCSCTTY)",
            $"descriptor {file.Descriptor} as the controlling terminal");
        Fails(new SpawnOptions("true") { CreateNewSession = true, ControllingTerminal = none }, Errno.EBADF, "ioctl(TIOCSCTTY)",
            "descriptor 12345 as the controlling terminal");
    }

    [Fact]
    public void A_program_that_is_missing_leaves_no_terminal_and_no_file() => Fails(
        new SpawnOptions("/nowhere")
        {
            StandardInput = ChildStdio.Terminal, StandardOutput = ChildStdio.FromFile(Path.Combine(_directory, "output")), StandardError = ChildStdio.Terminal,
            ParentDeathSignal = LinuxSignal.SIGTERM, Nice = 19, Umask = UnixFileMode.None, Processors = [0],
        },
        Errno.ENOENT, "execve", "'/nowhere'");

    [Fact]
    public void Limits_that_may_not_be()
    {
        SpawnOptions options = new("true");
        options.ResourceLimits[ResourceKind.CoreSize] = new ResourceLimit(0);
        // Above /proc/sys/fs/nr_open, which root may not exceed either.
        options.ResourceLimits[ResourceKind.OpenFiles] = new ResourceLimit(1L << 40);
        Fails(options, Errno.EPERM, "setrlimit", $"OpenFiles, {1L << 40} of {1L << 40}");
    }

    [Fact]
    public void Processors_that_are_not_there() =>
        Fails(new SpawnOptions("true") { Processors = [65000, 65001] }, Errno.EINVAL, "sched_setaffinity", "processors 65000, 65001");

    [Fact]
    public void What_only_root_may()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Rerun.Tests(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"], typeof(SpawnFailureTests), nameof(What_only_root_may));
            return;
        }

        Fails(new SpawnOptions("true") { User = new ProcessUser(0, 0, 1, 2) }, Errno.EPERM, "setresuid", "user 0, group 0, supplementary groups 1, 2");
        Fails(new SpawnOptions("true") { User = new ProcessUser(1, 1) }, Errno.EPERM, "setresuid", "user 1, group 1, no supplementary groups");
        Fails(new SpawnOptions("true") { Nice = -20 }, Errno.EACCES, "setpriority", "nice -20");
    }

    [Fact] // CHECKLIST 58
    public void Failures_leave_no_thread()
    {
        SpawnOptions[] failing =
        [
            new("/nowhere"), new("true") { WorkingDirectory = "/nowhere" }, new("true") { Processors = [65000] }, new("/nowhere") { StandardInput = ChildStdio.Terminal },
            new("true") { ProcessGroup = int.MaxValue }, new("/nowhere") { ParentDeathSignal = LinuxSignal.SIGTERM }, new("true") { ControlGroup = _directory },
        ];
        void Fail()
        {
            foreach (SpawnOptions options in failing)
                Assert.ThrowsAny<LinuxEventsException>(() => ChildProcess.Spawn(options));
        }

        Fail(); // what the library has for all children begins with the first
        int threads = ProcFs.ThreadsNamed("LinuxEvents");
        for (int round = 0; round < 10; round++)
            Fail();
        Assert.Equal(threads, ProcFs.ThreadsNamed("LinuxEvents"));
    }

    [Fact]
    public void A_script_in_PATH_whose_interpreter_is_missing_is_named()
    {
        string? path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{_directory}:{path}");
        try
        {
            Make("lacks-its-interpreter", "#!/nowhere\n");
            Fails(new SpawnOptions("lacks-its-interpreter"), Errno.ENOENT, "execve",
                $"'{_directory}/lacks-its-interpreter', which exists, but the interpreter that it names (after #!, or its dynamic loader) does not,");
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public void Options_that_the_kernel_could_not_be_told()
    {
        Assert.Throws<ArgumentException>(() => new SpawnOptions(""));
        Assert.Throws<ArgumentNullException>(() => new SpawnOptions(null!));
        Assert.Throws<ArgumentException>(() => new SpawnOptions("true").FileName = "");
        Assert.Throws<ArgumentNullException>(() => ChildStdio.FromHandle(null!));
        Assert.Throws<ArgumentNullException>(() => ChildProcess.Spawn(null!));

        Refused(new SpawnOptions("tr\0ue"), "FileName");
        Refused(new SpawnOptions("true", "a\0b"), "Arguments");
        Refused(new SpawnOptions("true", [null!]), "Arguments");
        Refused(new SpawnOptions("true") { WorkingDirectory = "/\0" }, "WorkingDirectory");
        Refused(new SpawnOptions("true") { Environment = { [""] = "x" } }, "Environment");
        Refused(new SpawnOptions("true") { Environment = { ["A=B"] = "x" } }, "'A=B'");
        Refused(new SpawnOptions("true") { Environment = { ["A\0"] = "x" } }, "Environment");
        Refused(new SpawnOptions("true") { Environment = { ["A"] = "\0" } }, "Environment");
        Refused(new SpawnOptions("true") { Descriptors = { [2] = new SafeFdHandle() } }, "Descriptors");
        Refused(new SpawnOptions("true") { BlockedSignals = { (LinuxSignal)65 } }, "no signal 65");
        Assert.Throws<ArgumentException>(() => ChildStdio.FromFile(""));
        Assert.Throws<ArgumentException>(() => ChildStdio.FromFile("a\0b"));
        Assert.Throws<ArgumentException>(() => new ResourceLimit(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TerminalSize(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TerminalSize(0, 65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessUser(uint.MaxValue, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessUser(0, uint.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessUser(0, 0, uint.MaxValue));

        Refused(new SpawnOptions("true") { ArgumentZero = "\0" }, "FileName");
        Assert.Throws<ArgumentException>(() => new SpawnOptions("true") { WorkingDirectory = "" });
        Refused(new SpawnOptions("true") { WorkingDirectory = "/", WorkingDirectoryHandle = new SafeFdHandle() }, "WorkingDirectoryHandle");
        Refused(new SpawnOptions("true") { ControllingTerminal = new SafeFdHandle() }, "CreateNewSession");
        Refused(new SpawnOptions("true") { ControllingTerminal = new SafeFdHandle(), CreateNewSession = true, StandardInput = ChildStdio.Terminal }, "ControllingTerminal");
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { Umask = (UnixFileMode)0x200 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { Nice = -21 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { Nice = 20 });
        Assert.Throws<ArgumentException>(() => new SpawnOptions("true") { ControlGroup = "" });
        Assert.Throws<ArgumentException>(() => new SpawnOptions("true") { ControlGroup = "a\0" });
        Refused(new SpawnOptions("true") { Processors = [] }, "processors");
        Refused(new SpawnOptions("true") { Processors = [-1] }, "processors");
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { ParentDeathSignal = LinuxSignal.None });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { ParentDeathSignal = (LinuxSignal)65 });
        Refused(new SpawnOptions("true") { ResourceLimits = { [(ResourceKind)16] = default } }, "ResourceLimits");
        Refused(new SpawnOptions("true") { ProcessGroup = 5, StandardOutput = ChildStdio.Terminal }, "ProcessGroup");
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { OnDispose = (DisposeAction)3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { ProcessGroup = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions("true") { ProcessGroup = -5 });
        Refused(new SpawnOptions("true") { ProcessGroup = 5, CreateNewSession = true }, "ProcessGroup");
    }

    [Fact]
    public void PATH_is_searched_in_order_and_a_file_that_may_not_be_run_is_passed_over()
    {
        string first = Directory.CreateDirectory(Path.Combine(_directory, "first")).FullName;
        string second = Directory.CreateDirectory(Path.Combine(_directory, "second")).FullName;
        string? path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"/nowhere:{new string('x', 5000)}:/etc/passwd:{first}:{second}");
        try
        {
            Make("first/program", "#!/bin/sh\n", 0x1a4);
            Fails(new SpawnOptions("program"), Errno.EACCES, "execve", $"'{first}/program', which is not executable (chmod +x),");
            Make("second/program", "#!/bin/sh\necho \"$0\"\n");
            Assert.Equal($"{second}/program\n", TestChild.Output(new SpawnOptions("program")));
            Make("first/program", "#!/bin/sh\necho first\n");
            Assert.Equal("first\n", TestChild.Output(new SpawnOptions("program")));

            // The program is searched for before its environment is there.
            Assert.Equal("first\n", TestChild.Output(new SpawnOptions("program") { Environment = { ["PATH"] = second } }));
            // An empty directory is the child's.
            Environment.SetEnvironmentVariable("PATH", ":/nowhere");
            Assert.Equal("./program\n", TestChild.Output(new SpawnOptions("program") { WorkingDirectory = second }));
            Environment.SetEnvironmentVariable("PATH", null);
            Assert.Equal("", TestChild.Output(new SpawnOptions("true")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact] // CHECKLIST 56
    public void No_room_for_descriptors_leaves_nothing()
    {
        // Pipes for all three, and one descriptor less each time, down to none.
        TestChild.LeavesNothing(() =>
        {
            // An assembly that the runtime can't open for want of a descriptor it never looks for again.
            TestChild.Output(new SpawnOptions("true"));
            Descriptors.Settle();
            var filler = new List<SafeFdHandle>();
            try
            {
                using var epoll = new Epoll();
                while (true)
                    filler.Add(SafeEventFdHandle.Create(0, 0));
            }
            catch (LinuxEventsException error) when (error.Errno == Errno.EMFILE)
            {
                int failures = 0;
                for (int room = 0; room < 12; room++)
                {
                    try
                    {
                        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true")
                        {
                            StandardInput = ChildStdio.Pipe, StandardOutput = ChildStdio.Pipe, StandardError = ChildStdio.Pipe,
                        });
                        break;
                    }
                    catch (LinuxEventsException full)
                    {
                        Assert.Equal(Errno.EMFILE, full.Errno);
                        failures++;
                    }

                    filler[^1].Dispose();
                    filler.RemoveAt(filler.Count - 1);
                }

                Assert.InRange(failures, 6, 10);
            }
            finally
            {
                filler.ForEach(handle => handle.Dispose());
            }
        });
    }

    /// <summary>A thread takes two descriptors. What is started with the first child is to be had when there are some again.</summary>
    [Fact]
    public async Task Without_room_for_its_threads_the_first_child_fails_and_no_other()
    {
        if (!Rerun.IsOne)
        {
            foreach (string missing in (string[])["clone_clear_sighand", "pidfd_open"])
                Rerun.Tests(Rerun.Without(missing), typeof(SpawnFailureTests), nameof(Without_room_for_its_threads_the_first_child_fails_and_no_other));
            return;
        }

        // An assembly that the runtime can't open for want of a descriptor it never looks for again.
        new System.Collections.Concurrent.BlockingCollection<Task>().Dispose();
        _ = ProcessSupport.Mechanism;
        using (SafeFdHandle ready = SafeEventFdHandle.Create(1, 0))
        using (FdRegistration registration = Selector.Shared.Register(ready))
            await registration.WaitAsync(PollEvents.Read, TestContext.Current.CancellationToken);
        var options = new SpawnOptions("/bin/true") { ParentDeathSignal = LinuxSignal.SIGTERM };
        var failures = new List<Exception>();
        var filler = new Stack<SafeFdHandle>();
        try
        {
            while (true)
                filler.Push(SafeEventFdHandle.Create(0, 0));
        }
        catch (LinuxEventsException full) when (full.Errno == Errno.EMFILE)
        {
            for (int room = 0; room < 8; room++)
            {
                if (Record.Exception(() => ChildProcess.Spawn(options).Dispose()) is { } error)
                    failures.Add(error);
                filler.Pop().Dispose();
            }
        }
        finally
        {
            while (filler.TryPop(out SafeFdHandle? handle))
                handle.Dispose();
        }

        Assert.Contains(failures, error => error is OutOfMemoryException);
        using ChildProcess child = ChildProcess.Spawn(options);
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_child_that_no_selector_can_watch_is_not_left_running()
    {
        var selector = new Selector();
        selector.Dispose();
        TestChild.LeavesNothing(() => Assert.Throws<ObjectDisposedException>(() => ChildProcess.Spawn(new SpawnOptions("sleep", "1000"), selector)));
    }

    private string Make(string name, string text, uint mode = 0x1ed)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        Assert.Equal(0, Libc.chmod(path, mode));
        return path;
    }

    private static LinuxEventsException Fails(SpawnOptions options, int errno, string call, string? target)
    {
        LinuxEventsException? error = null;
        TestChild.LeavesNothing(() => error = Assert.Throws<LinuxEventsException>(() => ChildProcess.Spawn(options)));
        Assert.Equal((errno, call, target ?? error!.Target), (error!.Errno, error.Call, error.Target));
        return error;
    }

    private static void Refused(SpawnOptions options, string named) => TestChild.LeavesNothing(() =>
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => ChildProcess.Spawn(options));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    });
}
