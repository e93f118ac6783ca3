using System.Diagnostics;
using System.Globalization;

namespace LinuxEvents.Watchdog;

/// <summary>One process of a service from its start until it has ended and its last line is with the output.</summary>
internal sealed class ServiceRun : IDisposable
{
    private const int NotPermitted = 1; // EPERM

    private readonly ServiceDefinition _service;
    private readonly Selector _selector;
    private readonly Output _output;
    private readonly ChildProcess _child;
    private readonly OutputPump[] _pumps;
    private long? _stopBegun;
    private bool _killed;

    /// <exception cref="IOException">It could not be started.</exception>
    /// <exception cref="PlatformNotSupportedException">Kernel or sandbox have no way to.</exception>
    public ServiceRun(ServiceDefinition service, Selector selector, Output output)
    {
        (_service, _selector, _output) = (service, selector, output);
        var options = new SpawnOptions(service.Command[0], service.Command.Skip(1))
        {
            WorkingDirectory = service.WorkingDirectory,
            StandardInput = service.InheritsInput ? ChildStdio.Inherit : ChildStdio.Null,
            StandardOutput = ChildStdio.Pipe,
            StandardError = ChildStdio.Pipe,
            NewProcessGroup = true,
        };
        options.Environment["WATCHDOG_PID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, string? value) in service.Environment) options.Environment[name] = value;
        _child = ChildProcess.Spawn(options, selector);
        Report("started", $"started as process {ProcessId}"); // before its first line
        _pumps =
        [
            new OutputPump(service.Name, OutputStream.StandardOutput, _child.StandardOutput!, output),
            new OutputPump(service.Name, OutputStream.StandardError, _child.StandardError!, output),
        ];
    }

    public int ProcessId => _child.Id;

    /// <summary>How long the process has run.</summary>
    public TimeSpan RunTime { get; private set; }

    /// <summary>Sends the process a signal, and its group as well where the service says so.</summary>
    public void Signal(LinuxSignal signal)
    {
        try
        {
            if (!SignalGroup(signal)) _child.Signal(signal);
        }
        catch (LinuxEventsException e) when (e.Errno == NotPermitted)
        {
            Report("signal-failed", $"{SignalName.Of(signal)}: {e.Message}", signal);
        }
    }

    /// <param name="stop">Asks the process to stop.</param>
    /// <param name="kill">Leaves it no time for that.</param>
    public async Task<ExitStatus> WaitAsync(CancellationToken stop, CancellationToken kill)
    {
        long begun = Stopwatch.GetTimestamp();
        ExitStatus status = await WaitForExitAsync(stop, kill);
        RunTime = Stopwatch.GetElapsedTime(begun);
        await EndGroupAsync(kill);
        await DrainAsync();
        return status;
    }

    /// <summary>Leaves no process behind, whatever went wrong before.</summary>
    public void Dispose()
    {
        if (!_child.HasExited) Signal(LinuxSignal.SIGKILL);
        foreach (OutputPump pump in _pumps) pump.Dispose();
        _child.Dispose();
    }

    private async Task<ExitStatus> WaitForExitAsync(CancellationToken stop, CancellationToken kill)
    {
        try
        {
            return await _child.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
        }

        Task<ExitStatus> exit = _child.WaitForExitAsync().AsTask();
        _stopBegun = Stopwatch.GetTimestamp();
        if (!kill.IsCancellationRequested)
        {
            Report("stopping", $"stopping: {SignalName.Of(_service.Stop.Signal)}", _service.Stop.Signal);
            Signal(_service.Stop.Signal);
            Signal(LinuxSignal.SIGCONT); // one that is stopped could not act on it
        }

        if (!await exit.EndsWithinAsync(kill.IsCancellationRequested ? TimeSpan.Zero : _service.Stop.Grace, _selector, kill))
        {
            string why = kill.IsCancellationRequested ? "asked to hurry" : $"still running after {Duration.Format(_service.Stop.Grace)}";
            Report("killing", $"{why}: SIGKILL", LinuxSignal.SIGKILL);
            Signal(LinuxSignal.SIGKILL);
            _killed = true;
        }

        return await exit;
    }

    /// <summary>
    /// Processes that it left in its group are part of the service: they have the rest of the grace time when they were asked to stop, and
    /// the drain time when not.
    /// </summary>
    private async Task EndGroupAsync(CancellationToken kill)
    {
        if (!SignalGroup(LinuxSignal.None)) return;
        using var over = new CancellationTokenSource();
        Task ended = ProcessGroup.WaitForEndAsync(ProcessId, _selector, over.Token);
        TimeSpan time = _stopBegun is { } begun && !_killed ? _service.Stop.Grace - Stopwatch.GetElapsedTime(begun) : _service.Drain;
        if (!await EndsWithinAsync(time, _killed ? default : kill) && !_killed && SignalGroup(LinuxSignal.SIGKILL))
        {
            Report("killing", "killing what it left of its process group", LinuxSignal.SIGKILL);
            await EndsWithinAsync(_service.Drain, default);
        }

        over.Cancel();

        async Task<bool> EndsWithinAsync(TimeSpan limit, CancellationToken token) =>
            await ended.EndsWithinAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, _selector, token) && ended.IsCompletedSuccessfully;
    }

    /// <summary>
    /// All that it wrote is in its pipes, and is read. A process that has left its group may still hold them open, for which there is a
    /// limited time.
    /// </summary>
    private async Task DrainAsync()
    {
        Task drained = Task.WhenAll(_pumps.Select(pump => pump.Ended));
        if (!await drained.EndsWithinAsync(_service.Drain, _selector))
        {
            Report("closing-output", "closing its output, which a process that it left behind holds open");
            foreach (OutputPump pump in _pumps) pump.Close();
        }

        await drained;
    }

    /// <returns>Whether the service's signals go to its group, and it has a member left to get one.</returns>
    private bool SignalGroup(LinuxSignal signal)
    {
        try
        {
            return _service.Stop.KillMode == KillMode.Group && _child.SignalGroup(signal);
        }
        catch (LinuxEventsException e) when (e.Errno == NotPermitted)
        {
            return false; // all members are another user's
        }
    }

    private void Report(string kind, string message, LinuxSignal? signal = null) =>
        _output.Report(new ServiceEvent(_service.Name, kind, message) { ProcessId = ProcessId, Signal = signal });
}
