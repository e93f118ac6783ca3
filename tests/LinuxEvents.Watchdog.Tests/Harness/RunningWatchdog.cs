using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LinuxEvents.Watchdog.Tests;

/// <summary>
/// The real program, started by a test: its lines as they come, its children, its descriptors. When it is disposed, no process
/// that descends from it may be left: each carries a mark in its environment.
/// </summary>
internal sealed partial class RunningWatchdog : IDisposable
{
    /// <summary>Whoever waits this long has found a hang.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly List<string> _lines = [];
    private readonly StringBuilder _errors = new();
    private bool _ended;

    /// <param name="start">How to start it; its output and error are read here.</param>
    public RunningWatchdog(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["WATCHDOG_TEST"] = _mark;
        start.Environment.Remove("NO_COLOR");
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Add(e.Data);
        _process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) return;
            lock (_lines) _errors.Append(e.Data).Append('\n');
        };
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The file to start by <c>dotnet exec</c>.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "watchdog.dll");

    /// <summary>The same as a word of a shell's: the folder's name may have spaces.</summary>
    public static string ProgramWord { get; } = $"'{Program.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    public int Id => _process.Id;

    /// <summary>What it has written to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_lines) return _errors.ToString();
        }
    }

    /// <summary>What it has written to standard output so far.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>The ids of its children, by the kernel's word: where the reaper starts them, the reaper's.</summary>
    public int[] Children => [.. ChildrenOf(Id).SelectMany(child => IsReaper(child) ? ChildrenOf(child) : [child])];

    /// <summary>How many descriptors it has open.</summary>
    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>Starts it as a shell does in the foreground: the keyboard's signals may be ignored where the tests run.</summary>
    public static RunningWatchdog Start(params IEnumerable<string> arguments) =>
        new(new ProcessStartInfo("env", ["--default-signal=INT,QUIT", "dotnet", "exec", Program, .. arguments]));

    /// <summary>Starts <c>run</c> with a shell script as the command.</summary>
    public static RunningWatchdog RunScript(string script, params IEnumerable<string> options) =>
        Start(["run", .. options, "--", "sh", "-c", script]);

    /// <summary>Waits for a line that holds the text, behind the given number of lines.</summary>
    /// <returns>The number of lines up to and with it.</returns>
    public int WaitForLine(string text, int behind = 0)
    {
        int found = -1;
        WaitUntil($"a line with '{text}'", () => (found = _lines.FindIndex(behind, line => line.Contains(text, StringComparison.Ordinal))) >= 0);
        return found + 1;
    }

    public int CountLines(string text) => Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until that many lines hold the text.</summary>
    public void WaitForLines(string text, int count) => WaitUntil(
        $"{count} lines with '{text}'", () => _lines.Count(line => line.Contains(text, StringComparison.Ordinal)) >= count);

    /// <summary>Sends the watchdog a signal.</summary>
    public void Signal(LinuxSignal signal) => Kill(Id, signal);

    /// <summary>Sends a signal to a process that this test has started through the watchdog.</summary>
    public static void Kill(int processId, LinuxSignal signal)
    {
        Assert.True(processId > 1);
        Assert.Equal(0, Kill(processId, (int)signal));
    }

    /// <summary>Waits for its end and the end of its output.</summary>
    /// <returns>Its exit code.</returns>
    public int WaitForExit()
    {
        if (!_process.WaitForExit(s_hang)) Fail("its end");
        _process.WaitForExit(); // for the rest of its output
        return _process.ExitCode;
    }

    /// <summary>Waits until no process that descends from it is left.</summary>
    public void WaitForNoDescendants() => WaitUntil("the end of all descendants", () => !Descendants().Any(), mayHaveEnded: true);

    public void Dispose()
    {
        try
        {
            if (_process.HasExited) WaitForNoDescendants(); // the killed ones take a moment
        }
        finally
        {
            foreach (int left in Descendants().Append(_process.HasExited ? 0 : Id).Where(id => id > 1)) _ = Kill(left, (int)LinuxSignal.SIGKILL);
            _process.WaitForExit();
            _process.Dispose();
        }
    }

    /// <summary>Whose child a process is: where the reaper has started it, the reaper's parent's.</summary>
    public static int ParentOf(int processId)
    {
        int parent = int.Parse(File.ReadAllText($"/proc/{processId}/stat").Split(' ')[3], CultureInfo.InvariantCulture);
        return IsReaper(parent) ? ParentOf(parent) : parent;
    }

    private static IEnumerable<int> ChildrenOf(int processId) => Directory.GetDirectories($"/proc/{processId}/task")
        .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    private static bool IsReaper(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/comm") == "lxe-reaper\n";
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    /// <summary>All processes with this watchdog's mark but itself.</summary>
    private IEnumerable<int> Descendants()
    {
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out int id) || id == Id) continue;
            string environment;
            try
            {
                environment = File.ReadAllText($"{directory}/environ");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // it has ended meanwhile, or is somebody else's
            }

            if (environment.Contains(_mark, StringComparison.Ordinal)) yield return id;
        }
    }

    private void Add(string? line)
    {
        lock (_lines)
        {
            if (line is null) _ended = true;
            else _lines.Add(line);
            Monitor.PulseAll(_lines);
        }
    }

    /// <summary>Waits for a condition, which is looked at with every line that comes, and now and then.</summary>
    public void WaitUntil(string what, Func<bool> condition, bool mayHaveEnded = false)
    {
        long begun = Stopwatch.GetTimestamp();
        lock (_lines)
        {
            while (!condition())
            {
                if (_ended && !mayHaveEnded) Fail(what);
                if (!Monitor.Wait(_lines, TimeSpan.FromMilliseconds(100)) && Stopwatch.GetElapsedTime(begun) > s_hang) Fail(what);
            }
        }
    }

    private void Fail(string what) =>
        Assert.Fail($"Waited in vain for {what}. It wrote:\n{string.Join('\n', Lines)}\nand to standard error:\n{Errors}");
}
