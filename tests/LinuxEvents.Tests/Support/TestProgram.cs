namespace LinuxEvents.Tests;

/// <summary>A child that obeys commands (tests/LinuxEvents.Tests.Program), for what would end or change the process of the tests.</summary>
internal sealed class TestProgram : IDisposable
{
    // A program that hangs fails its test, not the whole run.
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(1);

    private readonly ChildProcess _child;
    private readonly StreamWriter _input;
    private readonly StreamReader _output;

    private TestProgram(string before, LinuxSignal[] blocked)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "LinuxEvents.Tests.Program.dll");
        var options = new SpawnOptions("sh", "-c", $"{before} exec dotnet exec \"$0\"", program)
        {
            StandardInput = ChildStdio.Pipe,
            StandardOutput = ChildStdio.Pipe,
        };
        options.BlockedSignals.UnionWith(blocked);
        _child = ChildProcess.Spawn(options);
        _input = new StreamWriter(_child.StandardInput!) { AutoFlush = true };
        _output = new StreamReader(_child.StandardOutput!);
    }

    public int Id => _child.Id;

    public static TestProgram Start() => new("", []);

    /// <summary>Starts it with so many descriptors at most.</summary>
    public static TestProgram StartWithDescriptors(int count) => new($"ulimit -n {count};", []);

    /// <summary>Starts it with signals ignored, as nohup does.</summary>
    public static TestProgram StartIgnoring(string signals) => new($"trap '' {signals};", []);

    /// <summary>
    /// Starts it so that it can fork: by default CoreCLR keeps code in shared memory, which a child then writes under its parent's feet (both
    /// crash), and compiles again on another thread.
    /// </summary>
    public static TestProgram StartForkable() => new("export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredCompilation=0;", []);

    public static TestProgram StartBlocking(params LinuxSignal[] signals) => new("", signals);

    /// <summary>Has a command obeyed.</summary>
    /// <returns>The answer.</returns>
    public string Do(string command)
    {
        Tell(command);
        return Answer() ?? throw new InvalidOperationException($"The program {Exit()} instead of answering.");
    }

    public void Tell(string command) => _input.WriteLine(command);

    /// <returns><see langword="null"/> when the program has ended.</returns>
    public string? Answer()
    {
        Task<string?> line = _output.ReadLineAsync();
        return line.Wait(s_hang) ? line.Result : throw new TimeoutException("The program does not answer.");
    }

    /// <summary>Who <see cref="Signal"/> comes from: this process, or its reaper.</summary>
    public static int Sender =>
        ProcessSupport.Mechanism == ProcessMechanism.Reaper ? ProcessSupport.ReaperProcessId!.Value : Environment.ProcessId;

    public void Signal(LinuxSignal signal) => Assert.True(_child.Signal(signal));

    public bool Queue(LinuxSignal signal, long value) => _child.QueueSignal(signal, value);

    /// <summary>Waits until the program ends, as that signal makes it.</summary>
    public void AssertEndsBy(LinuxSignal signal)
    {
        ExitStatus status = Exit();
        // The virtual machine answers SIGTERM by an orderly exit.
        Assert.True(status.Signal == signal || (signal == LinuxSignal.SIGTERM && status.ExitCode == 128 + (int)signal), status.ToString());
    }

    public bool HasExited => _child.HasExited;

    public ExitStatus WaitForExit() => Exit();

    public void Dispose()
    {
        _child.Signal(LinuxSignal.SIGKILL);
        _child.WaitForExit();
        _output.Dispose();
        _input.Dispose();
        _child.Dispose();
    }

    private ExitStatus Exit() =>
        _child.TryWaitForExit(s_hang, out ExitStatus status) ? status : throw new TimeoutException("The program does not end.");
}
