namespace LinuxEvents.Extensions.Hosting.Tests;

/// <summary>The service as a child of the tests.</summary>
internal sealed class RunningService : IDisposable
{
    // A service that hangs fails its test, not the whole run.
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(1);

    private readonly ChildProcess _child;
    private readonly StreamReader _output;
    private readonly StreamWriter? _input;

    /// <param name="words">How it behaves.</param>
    /// <param name="before">What the shell does before it.</param>
    /// <param name="onTerminal">Whether it has a terminal, and nobody to <see cref="Tell"/> it anything.</param>
    public RunningService(string words = "", string before = "", bool onTerminal = false)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "LinuxEvents.Extensions.Hosting.Tests.Program.dll");
        _child = ChildProcess.Spawn(new SpawnOptions("sh", "-c", $"{before} exec dotnet exec \"$0\" {words}", program)
        {
            StandardInput = onTerminal ? ChildStdio.Terminal : ChildStdio.Pipe,
            StandardOutput = ChildStdio.Pipe,
        });
        _output = new StreamReader(_child.StandardOutput!);
        _input = onTerminal ? null : new StreamWriter(_child.StandardInput!) { AutoFlush = true };
    }

    /// <summary>What its log says of who sent a signal.</summary>
    public static string Sender => $"process {ProcessSupport.ReaperProcessId ?? Environment.ProcessId} of user ";

    public void Signal(LinuxSignal signal) => Assert.True(_child.Signal(signal));

    public void Tell(string line) => _input!.WriteLine(line);

    /// <summary>Takes its terminal away.</summary>
    public void HangUp() => _child.Terminal!.Stream.Dispose();

    /// <summary>Reads its next line.</summary>
    public void Expect(string start)
    {
        Task<string?> line = _output.ReadLineAsync();
        Assert.True(line.Wait(s_hang), $"It does not say '{start}'.");
        Assert.StartsWith(start, line.Result ?? "(the end)", StringComparison.Ordinal);
    }

    public ExitStatus WaitForExit()
    {
        Assert.True(_child.TryWaitForExit(s_hang, out ExitStatus status), "It does not end.");
        return status;
    }

    public void Dispose()
    {
        _child.Signal(LinuxSignal.SIGKILL);
        _child.WaitForExit();
        _output.Dispose();
        _input?.Dispose();
        _child.Dispose();
    }
}
