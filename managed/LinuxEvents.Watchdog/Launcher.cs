namespace LinuxEvents.Watchdog;

/// <summary>Puts loop, output, signals and supervisor together, all on the thread that calls.</summary>
internal static class Launcher
{
    private const int BrokenPipe = 32; // EPIPE

    private static readonly LinuxSignal[] s_stopSignals = [LinuxSignal.SIGINT, LinuxSignal.SIGTERM, LinuxSignal.SIGQUIT];

    /// <summary>Supervises one service, and passes on the signals that are not for the watchdog.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ServiceDefinition service, IOutputWriter writer)
    {
        using var selector = new Selector(new SelectorOptions { Name = "watchdog" });
        return selector.RunUntilComplete(async () =>
        {
            using var output = new Output(selector, StandardOutput.Open(selector), writer);
            var supervisor = new Supervisor(selector, output, null);
            LinuxSignal[] signals = [.. s_stopSignals, LinuxSignal.SIGHUP, LinuxSignal.SIGUSR1, LinuxSignal.SIGUSR2, LinuxSignal.SIGWINCH];
            await SuperviseAsync(selector, supervisor, output, [service], signals);
            return await FinishAsync(output, supervisor.ShellCodes.Single());
        });
    }

    /// <summary>Supervises the services of a file.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="duration">After which time to stop; null for none.</param>
    /// <param name="writer">The format of the output.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="ServiceFileException">The file is wrong; nothing was started.</exception>
    public static int Up(string file, TimeSpan? duration, IOutputWriter writer)
    {
        IReadOnlyList<ServiceDefinition> services = ServiceFile.Load(file);
        using var selector = new Selector(new SelectorOptions { Name = "watchdog" });
        return selector.RunUntilComplete(async () =>
        {
            using var output = new Output(selector, StandardOutput.Open(selector), writer);
            var supervisor = new Supervisor(selector, output, () => ServiceFile.Load(file));
            using var over = new CancellationTokenSource();
            if (duration is { } time) StopAfter(selector, supervisor, time, over.Token);
            await SuperviseAsync(selector, supervisor, output, services, [.. s_stopSignals, LinuxSignal.SIGHUP]);
            over.Cancel();
            output.Summary(supervisor.Statistics);
            bool well = supervisor.IsStopping || supervisor.ShellCodes.All(code => code == ExitCodes.Success);
            return await FinishAsync(output, well ? ExitCodes.Success : ExitCodes.ServiceFailed);
        });
    }

    private static async Task SuperviseAsync(
        Selector selector, Supervisor supervisor, Output output, IReadOnlyList<ServiceDefinition> services, LinuxSignal[] signals)
    {
        using SignalSubscription subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector }, signals);
        output.Failed = () => supervisor.Stop("nobody takes the output any more");
        Obey(subscription, supervisor);
        await supervisor.RunAsync(services);
    }

    /// <summary>Hands signals to the supervisor until the subscription ends.</summary>
    private static async void Obey(SignalSubscription subscription, Supervisor supervisor)
    {
        await foreach (SignalInfo signal in subscription) supervisor.OnSignal(signal);
    }

    private static async void StopAfter(Selector selector, Supervisor supervisor, TimeSpan time, CancellationToken over)
    {
        try
        {
            await selector.DelayAsync(time, over);
            supervisor.Stop($"{Duration.Format(time)} are over");
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Waits until the last line has left.</summary>
    private static async Task<int> FinishAsync(Output output, int code)
    {
        await output.CompleteAsync();
        return output.Error switch
        {
            null => code,
            LinuxEventsException { Errno: BrokenPipe } => ExitCodes.OutputClosed,
            { } error => throw error,
        };
    }
}
