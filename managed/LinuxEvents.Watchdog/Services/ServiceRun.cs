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
            CreateNewProcessGroup = true,
        };
        options.Environment["WATCHDOG_PID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, string? value) in service.Environment) options.Environment[name] = value;
        DescriptorReserve.Require();
        _child = ChildProcess.Spawn(options, selector);
        Report("started", $"started as process {ProcessId}"); // before its first line
        _pumps =
        [
            new OutputPump(service.Name, OutputStream.StandardOutput, _child.StandardOutput!, output),
            new OutputPump(service.Name, OutputStream.StandardError, _child.StandardError!, output),
        ];
    }

    public int ProcessId => _child.Id;

    private bool IsGroup => _service.Stop.KillMode == KillMode.Group;

    /// <summary>How long the process has run.</summary>
    public TimeSpan RunTime { get; private set; }

    /// <summary>Sends the process a signal, and its group as well where the service says so.</summary>
    public void Signal(LinuxSignal signal)
    {
        try
        {
            if (!SignalProcessGroup(signal)) _child.Signal(signal);
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

        if (!kill.IsCancellationRequested)
            Report("stopping", $"stopping: {SignalName.Of(_service.Stop.Signal)}", _service.Stop.Signal);
        await EndAsync(_service.Stop.Signal, _service.Stop.Grace, kill);
        return await _child.WaitForExitAsync();
    }

    /// <summary>Processes that it left in its group when nobody had asked it to stop are part of the service: they have the drain time.</summary>
    private async Task EndGroupAsync(CancellationToken kill)
    {
        if (SignalProcessGroup(LinuxSignal.None)) await EndAsync(LinuxSignal.None, _service.Drain, kill);
    }

    /// <summary>Asks for the end by the signal, if it is one, and kills what still runs when the time is over.</summary>
    private async Task EndAsync(LinuxSignal signal, TimeSpan time, CancellationToken kill)
    {
        using var now = new CancellationTokenSource();
        if (kill.IsCancellationRequested)
        {
            ReportKill("asked to hurry");
            now.Cancel();
        }

        Task end = _child.TerminateAsync(signal, Timeout.InfiniteTimeSpan, IsGroup ? ChildScope.ProcessGroup : ChildScope.Process, now.Token);
        if (!now.IsCancellationRequested && !await EndsWithinAsync(end, time, kill))
        {
            ReportKill(kill.IsCancellationRequested ? "asked to hurry" : $"still running after {Duration.Format(time)}");
            now.Cancel();
            Signal(LinuxSignal.SIGKILL); // here and now: the other side of the token is on its way
        }

        // A member of the group that can't be killed must not hold up the rest.
        if (!_child.HasExited) await _child.WaitForExitAsync(CancellationToken.None);
        await EndsWithinAsync(end, _service.Drain, CancellationToken.None);
        if (end.Exception?.InnerException is LinuxEventsException { Errno: NotPermitted } e)
            Report("signal-failed", $"{SignalName.Of(signal)}: {e.Message}", signal);
        else if (end.IsFaulted)
            await end;
    }

    private void ReportKill(string why) => Report(
        "killing", _child.HasExited ? "killing what it left of its process group" : $"{why}: SIGKILL", LinuxSignal.SIGKILL);

    /// <summary>
    /// All that it wrote is in its pipes, and is read. A process that has left its group may still hold them open, for which there is a
    /// limited time.
    /// </summary>
    private async Task DrainAsync()
    {
        Task drained = Task.WhenAll(_pumps.Select(pump => pump.Ended));
        if (!await EndsWithinAsync(drained, _service.Drain))
        {
            Report("closing-output", "closing its output, which a process that it left behind holds open");
            foreach (OutputPump pump in _pumps) pump.Close();
        }

        await drained;
    }

    /// <summary>Waits until the task is completed, the time is over or the token is cancelled.</summary>
    /// <returns>Whether the task is completed; its exception or cancellation is left in it.</returns>
    private async Task<bool> EndsWithinAsync(Task task, TimeSpan time, CancellationToken token = default)
    {
        await task.WaitAsync(time, _selector.TimeProvider, token)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    /// <returns>Whether the service's signals go to its group, and it has a member left to get one.</returns>
    private bool SignalProcessGroup(LinuxSignal signal)
    {
        try
        {
            return IsGroup && _child.SignalProcessGroup(signal);
        }
        catch (LinuxEventsException e) when (e.Errno == NotPermitted)
        {
            return false; // all members are another user's
        }
    }

    private void Report(string kind, string message, LinuxSignal? signal = null) =>
        _output.Report(new ServiceEvent(_service.Name, kind, message) { ProcessId = ProcessId, Signal = signal });
}
