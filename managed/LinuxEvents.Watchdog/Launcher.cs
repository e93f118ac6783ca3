namespace LinuxEvents.Watchdog;

/// <summary>Puts loop, output, signals and supervisor together, all on the thread that calls.</summary>
internal static class Launcher
{
    private const int BrokenPipe = 32; // EPIPE

    private static readonly LinuxSignal[] s_obeyed = [LinuxSignal.SIGTERM, LinuxSignal.SIGHUP];

    /// <summary>A shell without job control starts a background command with these ignored: then the keys are meant for others.</summary>
    private static readonly LinuxSignal[] s_fromKeyboard = [LinuxSignal.SIGINT, LinuxSignal.SIGQUIT];

    private static readonly LinuxSignal[] s_passedOn = [LinuxSignal.SIGUSR1, LinuxSignal.SIGUSR2, LinuxSignal.SIGWINCH];

    /// <summary>Supervises one service, and passes on the signals that are not for the watchdog.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ServiceDefinition service, IOutputWriter writer) => OnLoop(writer, null, async (_, supervisor, _) =>
    {
        await supervisor.RunAsync([service]);
        return supervisor.ShellCodes.Single();
    });

    /// <summary>Supervises the services of a file.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="duration">After which time to stop; null for none.</param>
    /// <param name="writer">The format of the output.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="ServiceFileException">The file is wrong; nothing was started.</exception>
    public static int Up(string file, TimeSpan? duration, IOutputWriter writer)
    {
        IReadOnlyList<ServiceDefinition> services = ServiceFile.Load(file);
        return OnLoop(writer, () => ServiceFile.Load(file), async (selector, supervisor, output) =>
        {
            using var over = new CancellationTokenSource();
            if (duration is { } time) StopAfter(selector, supervisor, time, over.Token);
            await supervisor.RunAsync(services);
            over.Cancel();
            output.Summary(supervisor.Statistics);
            return supervisor.HasFailed ? ExitCodes.ServiceFailed : ExitCodes.Success;
        });
    }

    /// <summary>Runs the loop on this thread until the main sequence is through and the last line has left.</summary>
    private static int OnLoop(
        IOutputWriter writer, Func<IReadOnlyList<ServiceDefinition>>? load, Func<Selector, Supervisor, Output, Task<int>> main)
    {
        Supervisor? failing = null;
        using var selector = new Selector(new SelectorOptions { Name = "watchdog", UnhandledException = e => failing?.Fail(e) });
        return selector.RunUntilComplete(async () =>
        {
            using var output = new Output(selector, StandardOutput.Open(selector), writer);
            using var supervisor = failing = new Supervisor(selector, output, load);
            LinuxSignal[] signals =
                [.. s_obeyed, .. s_fromKeyboard.Where(signal => !LinuxSignals.IsIgnored(signal)), .. load is null ? s_passedOn : []];
            int code;
            using (SignalSubscription subscription = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector }, signals))
            {
                output.Failed = () => supervisor.Stop("nobody takes the output any more");
                Obey(subscription, supervisor);
                code = await main(selector, supervisor, output);
            }

            await output.CompleteAsync();
            return output.Error switch
            {
                null => code,
                LinuxEventsException { Errno: BrokenPipe } => ExitCodes.OutputClosed,
                { } error => throw error,
            };
        });
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
}
