namespace LinuxEvents.Tests;

/// <summary>What a child starts with.</summary>
public sealed class SpawnTests
{
    [Fact]
    public void Arguments_arrive_as_they_are()
    {
        string[] arguments = ["", " ", "a b", "$HOME", "\"'\\", "--", "größer 𝄞", new string('x', 100_000)];
        string output = TestChild.Output(TestChild.Shell("for a; do printf '%s\\n' \"$a\"; done", arguments));
        Assert.Equal(arguments, output[..^1].Split('\n'));
    }

    [Fact]
    public void The_environment_is_inherited_unless_it_is_changed()
    {
        const string Name = "LINUXEVENTS_TEST_VARIABLE";
        Environment.SetEnvironmentVariable(Name, "one");
        try
        {
            var options = new SpawnOptions("env");
            Assert.Contains($"{Name}=one", TestChild.Output(options).Split('\n'));
            Environment.SetEnvironmentVariable(Name, "two");
            Assert.Contains($"{Name}=two", TestChild.Output(options).Split('\n'));

            options.Environment["ADDED"] = "a=b";
            Environment.SetEnvironmentVariable(Name, "three");
            string[] lines = TestChild.Output(options).Split('\n');
            Assert.Contains($"{Name}=two", lines);
            Assert.Contains("ADDED=a=b", lines);

            options.Environment[Name] = null;
            options.Environment.Remove("ADDED");
            lines = TestChild.Output(options).Split('\n');
            Assert.DoesNotContain(lines, line => line.StartsWith(Name, StringComparison.Ordinal) || line.StartsWith("ADDED", StringComparison.Ordinal));

            options.Environment.Clear();
            Assert.Equal("", TestChild.Output(options));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }

    [Fact]
    public void The_working_directory_is_the_childs_alone()
    {
        string here = Environment.CurrentDirectory;
        Assert.Equal("/\n", TestChild.Output(new SpawnOptions("pwd") { WorkingDirectory = "/" }));
        Assert.Equal(here + "\n", TestChild.Output(new SpawnOptions("pwd")));
        // A relative path is relative to it.
        Assert.Equal("/usr/bin\n", TestChild.Output(new SpawnOptions("./pwd") { WorkingDirectory = "/usr/bin" }));
    }

    [Fact]
    public void A_child_has_its_own_group_or_session_when_asked()
    {
        // pgrp and session are fields 5 and 6 of stat; the name, "cat", has no space.
        static int[] Ids(SpawnOptions options) => [.. TestChild.Output(options).Split(' ')[..6].Where((_, i) => i is 0 or 4 or 5).Select(int.Parse)];
        SpawnOptions Stat() => new("cat", "/proc/self/stat");

        int[] own = [.. File.ReadAllText("/proc/self/stat").Split(')')[^1].Split(' ')[3..5].Select(int.Parse)];
        int[] plain = Ids(Stat());
        Assert.Equal(own, plain[1..]);

        SpawnOptions options = Stat();
        options.CreateNewProcessGroup = true;
        int[] group = Ids(options);
        Assert.Equal((group[0], own[1]), (group[1], group[2]));

        options.CreateNewSession = true;
        int[] session = Ids(options);
        Assert.Equal((session[0], session[0]), (session[1], session[2]));

        using ChildProcess leader = ChildProcess.Spawn(new SpawnOptions("cat") { StandardInput = ChildStdio.Pipe, CreateNewProcessGroup = true });
        options = Stat();
        options.ProcessGroup = leader.Id;
        int[] joined = Ids(options);
        Assert.Equal((leader.Id, own[1]), (joined[1], joined[2]));
        leader.StandardInput!.Dispose();
        leader.WaitForExit();
    }

    [Fact] // CHECKLIST 59
    public void No_signal_is_blocked_or_caught_though_the_thread_that_spawns_blocks_them()
    {
        string status = "";
        var thread = new Thread(() =>
        {
            // All but the one by which the runtime suspends threads.
            ulong all = ~(1UL << 33);
            Libc.Block(true, all);
            status = TestChild.Output(new SpawnOptions("cat", "/proc/self/status"));
            Libc.Block(false, all);
        });
        thread.Start();
        thread.Join();
        Assert.Equal("0000000000000000", ProcFs.Status(status, "SigBlk"));
        Assert.Equal("0000000000000000", ProcFs.Status(status, "SigCgt"));

        var clean = new SpawnOptions("cat", "/proc/self/status") { InheritIgnoredSignals = false };
        Assert.Equal("0000000000000000", ProcFs.Status(TestChild.Output(clean), "SigIgn"));

        // What this program was started to ignore, the child ignores too; but not SIGPIPE, which .NET ignores by itself.
        ulong ignored = Convert.ToUInt64(ProcFs.Status(File.ReadAllText("/proc/self/status"), "SigIgn"), 16) & ~Bit(LinuxSignal.SIGPIPE);
        Assert.Equal(ignored.ToString("x16"), ProcFs.Status(status, "SigIgn"));
    }

    [Fact]
    public void Signals_are_blocked_when_asked()
    {
        var options = new SpawnOptions("cat", "/proc/self/status");
        options.BlockedSignals.Add(LinuxSignal.SIGUSR1);
        options.BlockedSignals.Add((LinuxSignal)64);
        string expected = (Bit(LinuxSignal.SIGUSR1) | 1UL << 63).ToString("x16");
        Assert.Equal(expected, ProcFs.Status(TestChild.Output(options), "SigBlk"));
    }

    [Fact] // CHECKLIST 59
    public void A_thread_that_blocks_SIGTERM_starts_children_that_SIGTERM_ends()
    {
        ExitStatus status = default;
        var thread = new Thread(() =>
        {
            Libc.Block(true, Bit(LinuxSignal.SIGTERM));
            using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("sleep", "1000"));
            child.Signal(LinuxSignal.SIGTERM);
            status = child.WaitForExit();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(LinuxSignal.SIGTERM, status.Signal);
    }

    [Fact]
    public void The_options_may_be_used_again() => TestChild.LeavesNothing(() =>
    {
        var options = new SpawnOptions("cat") { StandardInput = ChildStdio.Pipe, StandardOutput = ChildStdio.Pipe };
        using ChildProcess first = ChildProcess.Spawn(options), second = ChildProcess.Spawn(options);
        Assert.NotEqual(first.Id, second.Id);
        foreach (ChildProcess child in new[] { first, second })
        {
            child.StandardInput!.Write("x"u8);
            Assert.Equal('x', child.StandardOutput!.ReadByte());
            child.StandardInput.Dispose();
            Assert.Equal(-1, child.StandardOutput.ReadByte());
            Assert.Equal(0, child.WaitForExit().ExitCode);
        }
    });

    private static ulong Bit(LinuxSignal signal) => 1UL << ((int)signal - 1);
}
