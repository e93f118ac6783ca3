namespace LinuxEvents.Examples;

/// <summary>
/// A container's process 1: runs one program, passes signals on to it, reaps the orphans that it leaves, and ends as it does. <c>watchdog init</c>
/// is this with everything that terminals and real-time signals need.
/// </summary>
internal static class Init
{
    public static async Task<int> Main(string[] args)
    {
        using SignalSubscription signals = SignalSubscription.Open(
            LinuxSignal.SIGTERM, LinuxSignal.SIGINT, LinuxSignal.SIGQUIT, LinuxSignal.SIGHUP, LinuxSignal.SIGUSR1, LinuxSignal.SIGUSR2);
        await using ChildProcess program = ChildProcess.Spawn(new SpawnOptions(args[0], args[1..]) { CreateNewProcessGroup = true, AdoptOrphans = true });

        using var ended = new CancellationTokenSource();
        Task forward = ForwardAsync(signals, program, ended.Token);
        ExitStatus status = await program.WaitForExitAsync();
        await ended.CancelAsync();
        await forward;
        Console.WriteLine($"{program} {status}");
        return status.ToShellCode();
    }

    private static async Task ForwardAsync(SignalSubscription signals, ChildProcess program, CancellationToken ended)
    {
        try
        {
            await foreach (SignalInfo signal in signals.WithCancellation(ended))
                program.SignalProcessGroup(signal.Signal);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
