using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Signals to a child and to its group.</summary>
public sealed class ChildSignalTests
{
    [Fact] // CHECKLIST 53
    public void After_the_end_there_is_nobody_to_signal()
    {
        using Selector idle = new();
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true"), idle);
        Until.True(() => ProcFs.HasEnded(child.Id), "the end");
        Assert.False(child.Signal(LinuxSignal.SIGTERM), "a zombie swallows signals, so it must be reaped first");
        Assert.Null(ProcFs.State(child.Id));
        Assert.False(child.Signal(LinuxSignal.SIGKILL));
        Assert.False(child.Signal(LinuxSignal.None));
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_group_of_which_only_a_zombie_is_left_is_empty()
    {
        using Selector idle = new();
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true") { CreateNewProcessGroup = true }, idle);
        Until.True(() => ProcFs.HasEnded(child.Id), "the end");
        Assert.False(child.SignalProcessGroup(LinuxSignal.SIGTERM));
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }

    [Fact] // CHECKLIST 52
    public void A_signal_that_is_none_is_refused()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => child.Signal((LinuxSignal)65));
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => child.Signal((LinuxSignal)(-1)));
        Assert.True(child.Signal(LinuxSignal.None));
        Assert.True(child.Signal(LinuxSignal.SIGKILL));
        child.WaitForExit();
    }

    [Fact]
    public void A_child_that_ignores_SIGTERM_needs_SIGKILL()
    {
        SpawnOptions options = TestChild.Shell("trap '' TERM; echo ready; while :; do sleep 1000; done");
        options.StandardOutput = ChildStdio.Pipe;
        options.CreateNewProcessGroup = true;
        using ChildProcess child = ChildProcess.Spawn(options);
        Assert.Equal('r', child.StandardOutput!.ReadByte());
        Assert.True(child.Signal(LinuxSignal.SIGTERM));
        Assert.False(child.TryWaitForExit(TimeSpan.FromMilliseconds(20), out _));
        Assert.True(child.SignalProcessGroup(LinuxSignal.SIGKILL));
        Assert.Equal(LinuxSignal.SIGKILL, child.WaitForExit().Signal);
    }

    [Fact] // CHECKLIST 54
    public void A_signal_that_races_the_end_is_delivered_or_refused()
    {
        for (int round = 0; round < 200; round++)
        {
            using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true"));
            while (child.Signal(LinuxSignal.SIGCONT))
            {
            }

            Assert.Equal(0, child.ExitStatus!.Value.ExitCode);
        }
    }

    [Fact]
    public void The_group_is_signalled_also_after_its_leader_has_ended()
    {
        // The grandchild keeps the group, and its output, when the leader is gone.
        SpawnOptions options = TestChild.Shell("sleep 1000 & echo $!");
        options.StandardOutput = ChildStdio.Pipe;
        options.CreateNewSession = true;
        using ChildProcess child = ChildProcess.Spawn(options);
        using var reader = new StreamReader(child.StandardOutput!);
        int grandchild = int.Parse(reader.ReadLine()!);
        Assert.Equal(0, child.WaitForExit().ExitCode);
        Assert.False(child.Signal(LinuxSignal.SIGKILL));
        Assert.NotNull(ProcFs.State(grandchild));
        Assert.True(child.SignalProcessGroup(LinuxSignal.SIGKILL));
        // Its output ends with it. (Who reaps it, and so empties the group, is not ours to say.)
        Assert.Equal("", reader.ReadToEnd());
    }

    [Fact]
    public void A_value_arrives_with_its_signal_and_sender()
    {
        using var program = TestProgram.Start();
        string user = ProcFs.Status(File.ReadAllText("/proc/self/status"), "Uid").Split('\t')[0];
        Assert.Equal("opened", program.Do("open all Relay SIGUSR1"));
        Assert.True(program.Queue(LinuxSignal.None, 0));
        Assert.Throws<ArgumentOutOfRangeException>("signal", () => program.Queue((LinuxSignal)65, 0));
        foreach (long value in (long[])[0, -1, int.MinValue, (42L << 40) + 7])
        {
            Assert.True(program.Queue(LinuxSignal.SIGUSR1, value));
            Assert.Equal($"{value} {(int)value} {SignalCode.Queue} {Environment.ProcessId} {user}", program.Do("value all"));
        }
    }

    [Fact]
    public void After_the_end_nobody_gets_a_value()
    {
        using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("true"));
        child.WaitForExit();
        Assert.False(child.QueueSignal(LinuxSignal.SIGUSR1, 1));
    }

    [Fact]
    public void A_group_that_is_not_the_childs_own_is_not_signalled()
    {
        using ChildProcess child = ChildProcess.Spawn(TestChild.Idle);
        Assert.Throws<InvalidOperationException>(() => child.SignalProcessGroup(LinuxSignal.SIGKILL));
        child.StandardInput!.Dispose();
        Assert.Equal(0, child.WaitForExit().ExitCode);
    }
}
