using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LinuxEvents;

/// <summary>Stops and reloads a host by signals, and keeps systemd informed.</summary>
/// <remarks>
/// Signals are received on the loop, whatever the thread pool is busy with. What is the application's runs elsewhere: a stop on a thread of its
/// own, a reload on the thread pool. The watchdog is told from the loop, so that it hears nothing of one that is stuck.
/// </remarks>
internal sealed partial class LinuxEventsLifetime(
    LinuxEventsLifetimeOptions options,
    SystemdNotifier systemd,
    IHostApplicationLifetime application,
    IServiceProvider services,
    ILogger<LinuxEventsLifetime> logger) : IHostLifetime, IDisposable
{
    /// <summary>How long a signal has to end the process before it is ended otherwise: the runtime looks for its handlers on a thread.</summary>
    private static readonly TimeSpan s_effect = TimeSpan.FromSeconds(3);

    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _end = new();
    private readonly object _gate = new();
    private SignalSubscription? _signals;
    private bool _stopping;
    private bool _reloading;
    private bool _reloadAgain;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        LinuxSignal[] wanted = [.. options.StopSignals, .. options.ReloadOnHangUp ? [LinuxSignal.SIGHUP] : Array.Empty<LinuxSignal>()];
        Selector selector = options.Selector ?? Selector.Shared;
        if (wanted.Length > 0)
        {
            _signals = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector, LeaveIgnored = true }, wanted);
            _ = selector.InvokeAsync(ReceiveAsync);
        }

        application.ApplicationStarted.Register(() =>
        {
            NotifyIfUp("READY=1");
            if (systemd.WatchdogInterval is { } interval)
                _ = selector.InvokeAsync(() => PetAsync(selector, interval / 2));
        });
        application.ApplicationStopping.Register(() => systemd.Notify("STOPPING=1"));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _end.Cancel();
        _signals?.Dispose();
    }

    private async Task ReceiveAsync()
    {
        // Whatever ends this, a logger that throws perhaps: then the signals do again what they did before, or nothing could end the process.
        using SignalSubscription signals = _signals!;
        await foreach (SignalInfo info in signals)
        {
            if (info.Signal == LinuxSignal.SIGHUP && options.ReloadOnHangUp && info.Code != SignalCode.Kernel)
                RequestReload(info);
            else if (!_stopping)
                Stop(info);
            else if (info.Signal == LinuxSignal.SIGINT && options.ForceOnSecondInterrupt)
                await ForceAsync(info, signals.Selector);
        }
    }

    private void Stop(SignalInfo info)
    {
        _stopping = true;
        LogStop(info.Signal, info.SenderProcessId, info.SenderUserId);
        new Thread(application.StopApplication) { IsBackground = true, Name = "LinuxEvents stop" }.Start();
    }

    private async Task ForceAsync(SignalInfo info, Selector selector)
    {
        LogForce(info.Signal, info.SenderProcessId, info.SenderUserId);
        _signals!.Dispose(); // so that it has its default effect again
        LinuxSignals.Send(Environment.ProcessId, info.Signal);
        // Others may handle it as well, and process 1 of a container it has no effect on.
        await selector.DelayAsync(s_effect);
        ExitAtOnce(128 + (int)info.Signal);
    }

    private void RequestReload(SignalInfo info)
    {
        LogReload(info.SenderProcessId, info.SenderUserId);
        lock (_gate)
        {
            _reloadAgain = true;
            if (_reloading)
                return;
            _reloading = true;
        }

        _ = Task.Run(ReloadAsync);
    }

    private async Task ReloadAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                _reloading = _reloadAgain;
                _reloadAgain = false;
                if (!_reloading)
                    return;
            }

            // The clock that systemd compares with is Stopwatch's.
            bool told = NotifyIfUp($"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}");
            try
            {
                if (options.Reload is { } reload)
                    await reload(services, application.ApplicationStopping).ConfigureAwait(false);
                else
                    (services.GetService<IConfiguration>() as IConfigurationRoot)?.Reload();
            }
#pragma warning disable CA1031 // The service goes on with what it had.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogReloadFailed(exception);
            }

            if (told)
                NotifyIfUp("READY=1");
        }
    }

    // Before, READY=1 would say that the start is done, and let others start that need this service; afterwards nothing is ready any more.
    private bool NotifyIfUp(string state) =>
        application.ApplicationStarted.IsCancellationRequested && !application.ApplicationStopping.IsCancellationRequested && systemd.Notify(state);

    private async Task PetAsync(Selector selector, TimeSpan interval)
    {
        try
        {
            while (true)
            {
                // Without waiting, which would hold up the loop; soon again where there was no room.
                bool full = systemd.Send("WATCHDOG=1", wait: false) == SocketError.WouldBlock;
                await selector.DelayAsync(full ? interval / 8 : interval, _end.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host has ended, or its loop.
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitAtOnce(int status);

    [LoggerMessage(1, LogLevel.Information, "Stopping: {Signal} from process {SenderProcessId} of user {SenderUserId}")]
    private partial void LogStop(LinuxSignal signal, int senderProcessId, uint senderUserId);

    [LoggerMessage(2, LogLevel.Warning, "Ending at once: another {Signal} from process {SenderProcessId} of user {SenderUserId}")]
    private partial void LogForce(LinuxSignal signal, int senderProcessId, uint senderUserId);

    [LoggerMessage(3, LogLevel.Information, "Reloading: SIGHUP from process {SenderProcessId} of user {SenderUserId}")]
    private partial void LogReload(int senderProcessId, uint senderUserId);

    [LoggerMessage(4, LogLevel.Error, "Reloading failed; the service goes on with what it had")]
    private partial void LogReloadFailed(Exception exception);
}
