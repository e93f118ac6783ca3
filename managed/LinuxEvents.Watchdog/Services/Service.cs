namespace LinuxEvents.Watchdog;

/// <summary>A service through all its runs: started, watched, started again, stopped. Lives on the loop's thread.</summary>
internal sealed class Service(ServiceDefinition definition, ServiceStatistics statistics, Selector selector, Output output) : IDisposable
{
    private const int NoSuchFile = 2; // ENOENT

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly RestartTracker _tracker = new(definition.Restart);
    private ServiceRun? _run;
    private string? _startFailure;

    public ServiceDefinition Definition => definition;

    /// <summary>How its last run ended, as a shell tells it.</summary>
    public int ShellCode { get; private set; }

    /// <summary>Whether it has ended for good by a failure of its own, not because it was stopped.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Completes when it has ended for good: no restart is due, or it was stopped.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <param name="ended">Called when it has; with what went wrong, if anything did that is the watchdog's fault.</param>
    public void Start(Action<Exception?> ended) => Ended = LiveAsync(ended);

    /// <summary>Asks it to stop: its process gets the signal and the grace time of its definition, and no other run follows.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Stops it at once.</summary>
    public void Kill()
    {
        _kill.Cancel(); // first, so that the stop finds it
        _stop.Cancel();
    }

    /// <summary>Passes a signal on to the running process, if there is one.</summary>
    public void Forward(LinuxSignal signal) => _run?.Signal(signal);

    /// <summary>Call it when it has ended; else its process is killed.</summary>
    public void Dispose()
    {
        _run?.Dispose();
        _stop.Dispose();
        _kill.Dispose();
    }

    private async Task LiveAsync(Action<Exception?> ended)
    {
        try
        {
            RestartDecision next;
            do
            {
                TimeSpan time = await RunAsync();
                if (_stop.IsCancellationRequested) break;
                next = _tracker.RunEnded(ShellCode == 0, time);
                HasFailed = next.LimitReached || (next.Number == 0 && ShellCode != ExitCodes.Success);
                if (next.LimitReached) output.Report(new ServiceEvent(definition.Name, "gave-up", $"gave up after {Values.Count(definition.Restart.Limit!.Value, "restart")}"));
            }
            while (next.Number > 0 && await PauseAsync(next));
            ended(null);
        }
        catch (Exception e)
        {
            ended(e);
        }
    }

    /// <returns>How long its process ran; no time when it could not be started.</returns>
    private async Task<TimeSpan> RunAsync()
    {
        try
        {
            _run = new ServiceRun(definition, selector, output);
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            ReportFailedStart(e);
            return TimeSpan.Zero;
        }

        _startFailure = null;
        using ServiceRun run = _run;
        statistics.Starts++;
        ExitStatus status = await run.WaitAsync(_stop.Token, _kill.Token);
        _run = null;
        statistics.Count(status);
        ShellCode = status.IsKnown ? status.ToShellCode() : ExitCodes.Internal;
        output.Report(new ServiceEvent(definition.Name, "exited", $"{status} after {Duration.Format(run.RunTime)}")
        {
            ProcessId = run.ProcessId,
            ExitCode = status.ExitCode,
            Signal = status.Signal,
        });
        return run.RunTime;
    }

    /// <summary>The whole reason, which may be long, is told once: of the same one again only the error's name.</summary>
    private void ReportFailedStart(Exception e)
    {
        var error = (e as LinuxEventsException) ?? e.InnerException as LinuxEventsException;
        ShellCode = error is { Errno: NoSuchFile, Call: "execve" } ? ExitCodes.CommandNotFound : ExitCodes.CannotExecute;
        string reason = error?.ErrnoName is { } name && e.Message == _startFailure ? $"{name}, as before" : e.Message;
        _startFailure = e.Message;
        output.Report(new ServiceEvent(definition.Name, "start-failed", $"cannot start: {reason}") { Error = error });
    }

    /// <returns>Whether the time came; else a stop did.</returns>
    private async Task<bool> PauseAsync(RestartDecision next)
    {
        output.Report(new ServiceEvent(definition.Name, "restarting", $"restart {next.Number} in {Duration.Format(next.Delay)}")
        {
            Restart = next.Number,
            Delay = next.Delay,
        });
        try
        {
            await selector.DelayAsync(next.Delay, _stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
