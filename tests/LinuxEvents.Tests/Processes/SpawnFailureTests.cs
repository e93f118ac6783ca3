using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>What can't be started: each failure names the thing and the reason, and leaves nothing behind.</summary>
public sealed class SpawnFailureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("linuxevents-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_missing_program() => Fails(new SpawnOptions("/nowhere/at/all"), Errno.ENOENT, "execve", "'/nowhere/at/all'");

    [Fact]
    public void A_program_that_is_in_no_directory_of_PATH()
    {
        LinuxEventsException error = Fails(new SpawnOptions("no-such-program"), Errno.ENOENT, "execve", null);
        Assert.Contains("'no-such-program'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"PATH ({Environment.GetEnvironmentVariable("PATH")})", error.Message, StringComparison.Ordinal);
        Assert.Contains("No such file or directory (ENOENT)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_may_not_be_run() => Fails(new SpawnOptions(Make("plain", "#!/bin/sh\n", 0x1a4)), Errno.EACCES, "execve", $"'{_directory}/plain', which is not executable (chmod +x),");

    [Fact]
    public void A_directory() => Fails(new SpawnOptions("/tmp"), Errno.EACCES, "execve", "'/tmp', which is a directory,");

    [Fact]
    public void A_path_through_a_file() => Fails(new SpawnOptions("/etc/passwd/x"), Errno.ENOTDIR, "execve", "'/etc/passwd/x'");

    [Fact]
    public void A_script_without_an_interpreter() => Fails(new SpawnOptions(Make("script", "exit 0\n")), Errno.ENOEXEC, "execve",
        $"'{_directory}/script', which is no program of this machine and does not begin with #!,");

    [Fact]
    public void A_script_whose_interpreter_is_missing() => Fails(new SpawnOptions(Make("script", "#!/nowhere\n")), Errno.ENOENT, "execve",
        $"'{_directory}/script', which exists, but the interpreter that it names (after #!, or its dynamic loader) does not,");

    [Fact]
    public void A_missing_working_directory() =>
        Fails(new SpawnOptions("true") { WorkingDirectory = "/nowhere" }, Errno.ENOENT, "chdir", "the working directory '/nowhere'");

    [Fact]
    public void Arguments_that_are_too_long() => Fails(new SpawnOptions("/bin/true", new string('x', 1 << 20)), Errno.E2BIG, "execve", "'/bin/true'");

    [Fact]
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
        Refused(new SpawnOptions("true") { ProcessGroup = 0 }, "ProcessGroup");
        Refused(new SpawnOptions("true") { ProcessGroup = -5 }, "ProcessGroup");
        Refused(new SpawnOptions("true") { ProcessGroup = 5, NewSession = true }, "ProcessGroup");
    }

    [Fact]
    public void PATH_is_searched_in_order_and_a_file_that_may_not_be_run_is_passed_over()
    {
        string first = Directory.CreateDirectory(Path.Combine(_directory, "first")).FullName;
        string second = Directory.CreateDirectory(Path.Combine(_directory, "second")).FullName;
        string? path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"/nowhere:/etc/passwd:{first}:{second}");
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

    [Fact]
    public void No_room_for_descriptors_leaves_nothing()
    {
        // Pipes for all three, and one descriptor less each time, down to none.
        TestChild.LeavesNothing(() =>
        {
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
        var error = Assert.Throws<ArgumentException>(() => ChildProcess.Spawn(options));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    });
}
