using System.Runtime.ExceptionServices;

namespace LinuxEvents.Watchdog;

/// <summary>
/// Runs services side by side: starts them in order, stops them in the reverse one, obeys signals. Everything happens on the
/// loop's thread, so nothing here needs a lock. What happens meanwhile is noted in a field, and <see cref="Wake"/> has the
/// main sequence look at it.
/// </summary>
/// <param name="load">Reads the definitions again; null where there is no file, and SIGHUP is passed on.</param>
internal sealed class Supervisor(Selector selector, Output output, Func<IReadOnlyList<ServiceDefinition>>? load) : IDisposable
{
    private readonly Dictionary<string, ServiceStatistics> _statistics = new(StringComparer.Ordinal);
    private List<Service> _services = [];
    private TaskCompletionSource _wake = NewWake();
    private Exception? _failure;
    private bool _reload;
    private bool _stopping;

    /// <summary>In the order of their first appearance, those that a reload has removed included.</summary>
    public IReadOnlyCollection<ServiceStatistics> Statistics => _statistics.Values;

    /// <summary>How the last run of each service ended, as a shell tells it.</summary>
    public IEnumerable<int> ShellCodes => _services.Select(service => service.ShellCode);

    /// <summary>Whether any service has failed for good, of those that the file named last.</summary>
    public bool HasFailed => _services.Exists(service => service.HasFailed);

    /// <summary>Completes when no service runs any more.</summary>
    public async Task RunAsync(IReadOnlyList<ServiceDefinition> definitions)
    {
        output.Introduce(definitions.Select(definition => definition.Name));
        foreach (ServiceDefinition definition in definitions) _services.Add(Start(definition));
        while (!_stopping && _failure is null && _services.Exists(service => !service.Ended.IsCompleted))
        {
            await _wake.Task;
            _wake = NewWake();
            if (_reload && !_stopping) await ReloadAsync();
        }

        output.Hurry();
        if (_failure is not null) Kill();
        await StopAsync(_services);
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
    }

    /// <summary>Stops everything, in order.</summary>
    public void Stop(string reason)
    {
        if (_stopping) return;
        _stopping = true;
        Report("stopping", $"stopping: {reason}");
        Wake();
    }

    public void OnSignal(SignalInfo signal)
    {
        string name = SignalName.Of(signal.Signal);
        switch (signal.Signal)
        {
            case LinuxSignal.SIGINT or LinuxSignal.SIGTERM or LinuxSignal.SIGQUIT when _stopping:
                Report("killing", $"{name} while stopping: killing what still runs");
                Kill();
                break;
            case LinuxSignal.SIGINT or LinuxSignal.SIGTERM or LinuxSignal.SIGQUIT:
                Stop(signal.SenderProcessId > 0 ? $"{name} from process {signal.SenderProcessId}" : name);
                break;
            case LinuxSignal.SIGHUP when load is not null:
                _reload = true;
                Wake();
                break;
            default:
                foreach (Service service in _services) service.Forward(signal.Signal);
                break;
        }
    }

    /// <summary>Has <see cref="RunAsync"/> kill everything and throw. What comes first counts.</summary>
    public void Fail(Exception failure)
    {
        _failure ??= failure;
        Wake();
    }

    public void Dispose() => _services.ForEach(service => service.Dispose());

    private static async Task StopAsync(IEnumerable<Service> services)
    {
        foreach (Service service in services.Reverse())
        {
            service.Stop();
            await service.Ended;
        }
    }

    private void Kill() => _services.ForEach(service => service.Kill());

    private Service Start(ServiceDefinition definition)
    {
        if (!_statistics.TryGetValue(definition.Name, out ServiceStatistics? statistics))
            _statistics.Add(definition.Name, statistics = new ServiceStatistics(definition.Name));
        var service = new Service(definition, statistics, selector, output);
        service.Start(failure =>
        {
            if (failure is null) Wake();
            else Fail(failure);
        });
        return service;
    }

    /// <summary>Stops what is no longer wanted, starts what is new, and leaves alone what has not changed.</summary>
    private async Task ReloadAsync()
    {
        _reload = false;
        IReadOnlyList<ServiceDefinition> wanted;
        try
        {
            wanted = load!();
        }
        catch (ServiceFileException e)
        {
            foreach (ServiceFileError error in e.Errors) Report("reload-failed", error.ToString());
            Report("reload-failed", "not reloaded: everything stays as it was");
            return;
        }

        Service[] kept = [.. _services.Where(service => wanted.Contains(service.Definition))];
        Service[] dropped = [.. _services.Except(kept)];
        await StopAsync(dropped);
        if (_stopping) return;
        foreach (Service service in dropped) service.Dispose();
        output.Introduce(wanted.Select(definition => definition.Name));
        Report("reloaded", $"reloaded: {_services.Count - kept.Length} stopped, {wanted.Count - kept.Length} to start, {kept.Length} left alone");
        _services = [.. wanted.Select(definition => Array.Find(kept, service => service.Definition == definition) ?? Start(definition))];
    }

    /// <summary>Goes on in a turn of its own: what wakes it shall be over by then.</summary>
    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => _wake.TrySetResult();

    private void Report(string kind, string message) => output.Report(new ServiceEvent(Values.Watchdog, kind, message));
}
