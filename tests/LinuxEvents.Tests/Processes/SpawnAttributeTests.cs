using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>What a child belongs to, as whom it runs, and what it may use.</summary>
public sealed class SpawnAttributeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("linuxevents-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_name_that_a_program_is_told_is_free()
    {
        SpawnOptions options = TestChild.Shell("echo $0");
        Assert.Equal("sh\n", TestChild.Output(options));
        options = new SpawnOptions("sh", "-c", "tr '\\0' '\\n' < /proc/$$/cmdline | head -n 1") { ArgumentZero = "-größer" };
        Assert.Equal("-größer\n", TestChild.Output(options));
    }

    [Fact]
    public void A_cleared_environment_holds_what_is_added()
    {
        var options = new SpawnOptions("/usr/bin/env");
        options.ClearEnvironment();
        Assert.Equal("", TestChild.Output(options));
        options.Environment["A"] = "b";
        Assert.Equal("A=b\n", TestChild.Output(options));
        options.ClearEnvironment();
        Assert.Equal("", TestChild.Output(options));
    }

    [Fact]
    public void The_inherited_environment_is_the_runtimes()
    {
        string[] expected = InheritedEnvironment.Flatten(Environment.GetEnvironmentVariables()).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        string[] inherited = TestChild.Output(new SpawnOptions("env", "-0")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Order(StringComparer.Ordinal), inherited.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_umask_is_the_childs_alone()
    {
        SpawnOptions options = TestChild.Shell("umask");
        string own = TestChild.Output(options);
        options.Umask = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.Equal("0027\n", TestChild.Output(options));
        options.Umask = UnixFileMode.None;
        Assert.Equal("0000\n", TestChild.Output(options));
        Assert.Equal(own, TestChild.Output(TestChild.Shell("umask")));
    }

    [Fact]
    public void The_nice_value()
    {
        var options = new SpawnOptions("nice");
        int own = int.Parse(TestChild.Output(options));
        options.Nice = 19; // the lowest: anyone may, whatever the tests run at
        Assert.Equal("19\n", TestChild.Output(options));
        Assert.Equal(own, int.Parse(TestChild.Output(new SpawnOptions("nice"))));
    }

    [Fact]
    public void The_processors()
    {
        static string Allowed(SpawnOptions options) => ProcFs.Status(TestChild.Output(options), "Cpus_allowed_list");
        SpawnOptions Status() => new("cat", "/proc/self/status");
        string all = Allowed(Status());
        int last = int.Parse(all.Split(',', '-')[^1]);
        SpawnOptions options = Status();
        options.Processors = [last];
        Assert.Equal($"{last}", Allowed(options));
        Assert.Equal(all, Allowed(Status()));
    }

    [Fact]
    public void Resource_limits()
    {
        SpawnOptions options = TestChild.Shell("ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc; ulimit -St");
        options.ResourceLimits[ResourceKind.OpenFiles] = new ResourceLimit(123, 456);
        options.ResourceLimits[ResourceKind.CoreSize] = new ResourceLimit(0);
        options.ResourceLimits[ResourceKind.CpuTime] = new ResourceLimit(77, ResourceLimit.Unlimited);
        // A child has its limits before it executes, and the program is opened by the kernel.
        Assert.Equal("123\n456\n0\n0\n77\n", TestChild.Output(options));
        Assert.NotEqual("123\n", TestChild.Output(TestChild.Shell("ulimit -Sn")));
    }

    [Fact]
    public void Another_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This takes the rights of root.");
        SpawnOptions options = new("/bin/cat", "/proc/self/status") { User = new ProcessUser(12345, 23456, 4, 20) };
        string status = TestChild.Output(options);
        Assert.Equal("12345\t12345\t12345\t12345", ProcFs.Status(status, "Uid"));
        Assert.Equal("23456\t23456\t23456\t23456", ProcFs.Status(status, "Gid"));
        Assert.Equal("4 20", ProcFs.Status(status, "Groups"));
        options.User = new ProcessUser(12345, 23456);
        Assert.Equal("", ProcFs.Status(TestChild.Output(options), "Groups"));
    }

    [Fact]
    public void A_program_that_the_other_user_may_not_execute()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This takes the rights of root.");
        string program = Make("program", "#!/bin/sh\n", 0x1c0);
        var options = new SpawnOptions(program);
        using (ChildProcess child = ChildProcess.Spawn(options))
            Assert.Equal(0, child.WaitForExit().ExitCode);
        options.User = new ProcessUser(12345, 23456);
        var error = Assert.Throws<LinuxEventsException>(() => ChildProcess.Spawn(options));
        Assert.Equal((Errno.EACCES, "execve"), (error.Errno, error.Call));
    }

    [Fact]
    public void The_control_group_is_joined_by_its_directory()
    {
        // Any directory with such a file serves: the child writes "0", itself, to it.
        string file = Make("cgroup.procs", "");
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true") { ControlGroup = _directory });
        Assert.Equal(0, child.WaitForExit().ExitCode);
        Assert.Equal("0", File.ReadAllText(file));
    }

    [Fact]
    public void The_working_directory_by_its_descriptor()
    {
        Directory.CreateDirectory(_directory + "/below");
        var options = new SpawnOptions("pwd");
        using SafeFdHandle handle = OpenDirectory(_directory + "/below");
        options.WorkingDirectoryHandle = handle;
        Assert.Equal(_directory + "/below\n", TestChild.Output(options));
    }

    [Fact]
    public void Files_are_opened_for_the_child_with_this_process_and_closed() => TestChild.LeavesNothing(() =>
    {
        string input = Make("input", "from the file\n"), output = _directory + "/output";
        File.Delete(output);
        SpawnOptions options = TestChild.Shell("cat; echo error >&2; echo more");
        options.StandardInput = ChildStdio.FromFile(input);
        options.StandardOutput = ChildStdio.FromFile(output, append: true);
        options.StandardError = ChildStdio.FromFile(output, append: true);
        options.WorkingDirectory = "/";
        for (int round = 0; round < 2; round++)
        {
            using ChildProcess child = ChildProcess.Spawn(options);
            Assert.Equal(0, child.WaitForExit().ExitCode);
        }

        Assert.Equal("from the file\nerror\nmore\nfrom the file\nerror\nmore\n", File.ReadAllText(output));
        options.StandardOutput = ChildStdio.FromFile(output);
        options.StandardError = ChildStdio.Null;
        using ChildProcess last = ChildProcess.Spawn(options);
        Assert.Equal(0, last.WaitForExit().ExitCode);
        Assert.Equal("from the file\nmore\n", File.ReadAllText(output));
    });

    [Fact]
    public void The_parents_death_is_told_and_a_threads_end_is_not()
    {
        // The thread that spawns ends, and the child lives on.
        SpawnOptions options = TestChild.Idle;
        options.ParentDeathSignal = LinuxSignal.SIGKILL;
        ChildProcess? child = null;
        int tid = 0;
        var thread = new Thread(() =>
        {
            tid = Libc.gettid();
            child = ChildProcess.Spawn(options);
        });
        thread.Start();
        // Joined is not gone.
        Until.True(() => child is not null && !Directory.Exists($"/proc/self/task/{Volatile.Read(ref tid)}"), "the end of the thread");
        Assert.False(child!.HasExited);
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
        child.Dispose();
    }

    [Fact]
    public void A_parent_that_is_killed_takes_its_children_with_it()
    {
        if (Environment.GetEnvironmentVariable("LINUXEVENTS_TESTS_VICTIM") is { } file)
        {
            using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("sleep", "1000") { ParentDeathSignal = LinuxSignal.SIGKILL });
            File.WriteAllText(file + ".new", $"{child.Id}");
            File.Move(file + ".new", file);
            Thread.Sleep(Timeout.Infinite);
        }

        string report = Path.Combine(_directory, "child");
        string host = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        SpawnOptions options = new(host, "exec", GetType().Assembly.Location, "-noLogo", "-method",
            $"{GetType().FullName}.{nameof(A_parent_that_is_killed_takes_its_children_with_it)}")
        { StandardOutput = ChildStdio.Null, Environment = { ["LINUXEVENTS_TESTS_VICTIM"] = report } };
        using ChildProcess victim = ChildProcess.Spawn(options);
        Until.True(() => File.Exists(report) || victim.HasExited, "the child of the victim");
        int grandchild = int.Parse(File.ReadAllText(report));
        Assert.NotNull(ProcFs.State(grandchild));
        victim.Signal(LinuxSignal.SIGKILL);
        victim.WaitForExit();
        // Whoever inherits it may leave it a zombie.
        Until.True(() => ProcFs.HasEnded(grandchild), "the end of the child of the victim");
    }

    internal static SafeFdHandle OpenDirectory(string path) => new(Libc.open(path, 0x10000 | 0x80000), ownsHandle: true);

    private string Make(string name, string text, uint mode = 0x1a4)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        Assert.Equal(0, Libc.chmod(path, mode));
        return path;
    }
}
