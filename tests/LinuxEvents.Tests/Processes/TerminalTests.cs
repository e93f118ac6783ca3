using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Children that have a terminal.</summary>
public sealed class TerminalTests
{
    public TerminalTests()
    {
        Assert.SkipUnless(File.Exists("/dev/ptmx"), "There is no /dev/ptmx here.");
    }

    [Fact]
    public void All_three_are_one_terminal_and_the_controlling_one() => TestChild.LeavesNothing(() =>
    {
        SpawnOptions options = OnTerminal("tty; tty <&1; tty <&2; cat /proc/self/stat");
        options.TerminalSize = new TerminalSize(31, 97);
        using ChildProcess child = ChildProcess.Spawn(options);
        Assert.Null(child.StandardOutput);
        Assert.Equal(new TerminalSize(31, 97), child.Terminal!.Size);
        string[] lines = ReadToEnd(child.Terminal.Stream).Split("\r\n");
        Assert.StartsWith("/dev/pts/", lines[0], StringComparison.Ordinal);
        Assert.Equal(lines[0], lines[1]);
        Assert.Equal(lines[0], lines[2]);
        // Session and terminal: that of the child.
        string[] stat = lines[3].Split(' ');
        Assert.Equal($"{child.Id}", stat[5]);
        Assert.NotEqual("0", stat[6]);
        Assert.Equal(0, child.WaitForExit().ExitCode);
    });

    [Fact]
    public void What_is_written_is_typed_and_the_size_can_be_changed() => TestChild.LeavesNothing(() =>
    {
        using ChildProcess child = ChildProcess.Spawn(OnTerminal(
            // Not in a read, before which a signal could come that is acted on only after it.
            "trap 'stty size; seen=1' WINCH; echo ready; until [ \"$seen\" ]; do sleep 0.01; done; trap - WINCH; "
            + "read line; echo \"got $line\"; stty size; cat; echo end"));
        FdStream stream = child.Terminal!.Stream;
        ReadUntil(stream, "ready\r\n");
        child.Terminal.Size = new TerminalSize(10, 20);
        ReadUntil(stream, "10 20\r\n");
        child.Terminal.Size = new TerminalSize(65535, 1);
        stream.Write("hello\n"u8);
        ReadUntil(stream, "got hello\r\n65535 1\r\n");
        stream.Write("\u0004"u8); // the end of input
        ReadUntil(stream, "end\r\n");
        Assert.Equal(0, child.WaitForExit().ExitCode);
        Assert.Equal("", ReadToEnd(stream));
    });

    [Fact]
    public void A_key_interrupts_the_child() => TestChild.LeavesNothing(() =>
    {
        using ChildProcess child = ChildProcess.Spawn(OnTerminal(new SpawnOptions("cat")));
        child.Terminal!.Stream.Write("x\n"u8);
        ReadUntil(child.Terminal.Stream, "x\r\nx\r\n"); // its echo, and what the child wrote
        child.Terminal.Stream.Write("\u0003"u8);
        Assert.Equal(LinuxSignal.SIGINT, child.WaitForExit().Signal);
    });

    [Fact]
    public void Closing_it_hangs_the_child_up() => TestChild.LeavesNothing(() =>
    {
        using ChildProcess child = ChildProcess.Spawn(OnTerminal(new SpawnOptions("sleep", "1000")));
        child.Dispose();
        Assert.Equal(LinuxSignal.SIGHUP, child.WaitForExit().Signal);
        Assert.Throws<ObjectDisposedException>(() => child.Terminal!.Size);
    });

    [Fact]
    public void Output_alone_may_be_a_terminal_beside_pipes() => TestChild.LeavesNothing(() =>
    {
        SpawnOptions options = TestChild.Shell("test -t 0; echo $?; test -t 1; echo $?; test -t 2; echo $?");
        (options.StandardInput, options.StandardOutput, options.StandardError) = (ChildStdio.Null, ChildStdio.Terminal, ChildStdio.Pipe);
        using ChildProcess child = ChildProcess.Spawn(options);
        Assert.Equal("1\r\n0\r\n1\r\n", ReadToEnd(child.Terminal!.Stream));
        Assert.Equal(0, child.WaitForExit().ExitCode);
    });

    [Fact]
    public unsafe void A_terminal_of_ones_own_becomes_the_controlling_one() => TestChild.LeavesNothing(() =>
    {
        int controller, terminal;
        Assert.Equal(0, NativeMethods.lxe_pty_open(&controller, &terminal, 0));
        using SafeFdHandle ours = new(controller, ownsHandle: true), theirs = new(terminal, ownsHandle: true);
        SpawnOptions options = TestChild.Shell("test -t 0; echo $?; echo shown >/dev/tty");
        options.StandardInput = ChildStdio.Null;
        options.CreateNewSession = true;
        options.ControllingTerminal = theirs;
        Assert.Equal("1\n", TestChild.Output(options));
        Assert.Equal(7, TestPipe.Read(ours, 100));
    });

    private static SpawnOptions OnTerminal(string script) => OnTerminal(TestChild.Shell(script));

    private static SpawnOptions OnTerminal(SpawnOptions options)
    {
        options.StandardInput = options.StandardOutput = options.StandardError = ChildStdio.Terminal;
        options.InheritIgnoredSignals = false; // who runs the tests may ignore SIGINT
        return options;
    }

    private static string ReadToEnd(FdStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return reader.ReadToEnd();
    }

    private static void ReadUntil(FdStream stream, string text)
    {
        var shown = new StringBuilder();
        byte[] buffer = new byte[256];
        stream.ReadTimeout = Until.Patience;
        while (!shown.ToString().Contains(text, StringComparison.Ordinal))
        {
            int count = stream.Read(buffer);
            Assert.True(count > 0, $"The end came before '{text}': {shown}");
            shown.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
    }
}
