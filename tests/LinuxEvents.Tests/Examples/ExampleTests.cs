using System.Net;
using System.Net.Sockets;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Each program of managed/examples does what its first lines say.</summary>
public sealed class ExampleTests : IDisposable
{
    private static readonly TimeSpan s_hang = TimeSpan.FromMilliseconds(Until.Patience);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linuxevents");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Inotify_says_what_happens_to_files()
    {
        using Example example = new("inotify", _folder.FullName);
        await example.ExpectAsync($"watching {_folder.FullName}");
        string file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "text");
        await example.ExpectAsync("created file");
        await example.ExpectAsync("written file");
        File.Delete(file);
        await example.ExpectAsync("deleted file");
    }

    [Fact]
    public async Task Terminal_shows_what_a_command_shows()
    {
        using Example example = new("terminal", "stty size; tty -s; exit 3");
        await example.ExpectAsync("24 80");
        Assert.Equal("exited with code 3", await example.EndAsync());
    }

    [Fact]
    public async Task Supervise_starts_again_what_ends()
    {
        using Example example = new("supervise", "exit 3");
        for (int i = 0; i < 2; i++)
        {
            Assert.Matches("^child [0-9]+: exit 3$", await example.LineAsync());
            Assert.Matches("^child [0-9]+ exited with code 3$", await example.LineAsync());
        }
        example.Child.Signal(LinuxSignal.SIGTERM);
        Assert.Equal("exited with code 0", await example.EndAsync());
    }

    [Fact]
    public async Task Init_passes_signals_on_and_ends_as_its_program()
    {
        using Example example = new("init", "sh", "-c", "trap 'exit 4' TERM; echo ready; while :; do sleep 0.01; done");
        await example.ExpectAsync("ready");
        example.Child.Signal(LinuxSignal.SIGTERM);
        Assert.Matches("^child [0-9]+ exited with code 4$", await example.LineAsync());
        Assert.Equal("exited with code 4", await example.EndAsync());
    }

    [Fact]
    public async Task Ticker_ticks()
    {
        using Example example = new("ticker", "5");
        Assert.Matches("^[1-6] ticks, [0-9]+ missed, the latest [0-9]+ µs late$", await example.LineAsync());
        Assert.Equal("exited with code 0", await example.EndAsync());
    }

    [Fact]
    public async Task Virtual_time_passes_a_day_in_an_instant()
    {
        using Example example = new("virtual-time");
        await example.ExpectAsync("looked 24 times");
        await example.ExpectAsync("it is 2026-01-02 00:00:00Z");
        Assert.Equal("exited with code 0", await example.EndAsync());
    }

    [Fact]
    public async Task Wait_ends_as_anyones_process_does()
    {
        Feature.Needed(NativeMethods.LXE_FEATURE_PIDFD_OPEN);
        using ChildProcess other = ChildProcess.Spawn(new SpawnOptions("sleep", "1000"));
        using Example example = new("wait", $"{other.Id}");
        await example.ExpectAsync($"waiting for process {other.Id}");
        other.Signal(LinuxSignal.SIGKILL);
        await other.WaitForExitAsync();
        Assert.Matches($"^process {other.Id} ", await example.LineAsync());
        await example.EndAsync();
    }

    [Fact]
    public async Task Signals_tells_the_sender_and_the_value()
    {
        using Example example = new("signals");
        await example.ExpectAsync($"process {example.Child.Id} listens");
        example.Child.QueueSignal(LinuxSignal.SIGUSR2, 7);
        Assert.Matches("^SIGUSR2 from process [0-9]+ of user [0-9]+, value 7$", await example.LineAsync());
        example.Child.Signal(LinuxSignal.SIGTERM);
        Assert.Matches("^SIGTERM from process [0-9]+ of user [0-9]+$", await example.LineAsync());
        Assert.Equal("exited with code 0", await example.EndAsync());
    }

    [Fact]
    public async Task Echo_serves_several_at_once()
    {
        using Example example = new("echo");
        string line = await example.LineAsync();
        Assert.StartsWith("listening on port ", line);
        int port = int.Parse(line.Split(' ')[^1]);
        using TcpClient first = new(), second = new();
        foreach (TcpClient client in (TcpClient[])[first, second, first])
        {
            if (!client.Connected)
                await client.ConnectAsync(IPAddress.Loopback, port);
            await client.GetStream().WriteAsync("hello"u8.ToArray());
            byte[] echo = new byte[5];
            await client.GetStream().ReadExactlyAsync(echo).AsTask().WaitAsync(s_hang);
            Assert.Equal("hello"u8.ToArray(), echo);
        }
    }

    /// <summary>One of the programs, with what it prints. It is killed at the end.</summary>
    private sealed class Example : IDisposable
    {
        private readonly StreamReader _output;

        public Example(params string[] arguments)
        {
            Child = ChildProcess.Spawn(new SpawnOptions("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "examples.dll"), .. arguments])
            {
                StandardOutput = ChildStdio.Pipe,
                OnDispose = DisposeAction.Kill,
            });
            _output = new StreamReader(Child.StandardOutput!);
        }

        public ChildProcess Child { get; }

        public async Task<string> LineAsync() =>
            await _output.ReadLineAsync().WaitAsync(s_hang) ?? throw new InvalidOperationException($"It {await EndAsync()} instead of saying more.");

        public async Task ExpectAsync(string line) => Assert.Equal(line, await LineAsync());

        /// <returns>How it ended.</returns>
        public async Task<string> EndAsync()
        {
            await _output.ReadToEndAsync().WaitAsync(s_hang);
            return (await Child.WaitForExitAsync().AsTask().WaitAsync(s_hang)).ToString();
        }

        public void Dispose()
        {
            Child.Dispose();
            _output.Dispose();
        }
    }
}
