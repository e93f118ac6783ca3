using System.Diagnostics;

namespace LinuxEvents.Examples;

/// <summary>Keeps shell commands running, with growing waits for those that end soon, until SIGTERM or Ctrl-C; then ends them, by force after two seconds.</summary>
internal static class Supervise
{
    public static async Task Main(string[] args)
    {
        using SignalSubscription signals = SignalSubscription.Open(LinuxSignal.SIGTERM, LinuxSignal.SIGINT);
        using var stop = new CancellationTokenSource();
        Task all = Task.WhenAll(args.Select(command => KeepAsync(command, stop.Token)));
        SignalInfo signal = await signals.WaitAsync();
        Console.WriteLine($"{signal.Signal} from process {signal.SenderProcessId}: ending");
        await stop.CancelAsync();
        await all;
    }

    private static async Task KeepAsync(string command, CancellationToken stop)
    {
        var wait = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            long started = Stopwatch.GetTimestamp();
            await using ChildProcess child = ChildProcess.Spawn(new SpawnOptions("sh", "-c", command) { CreateNewProcessGroup = true });
            Console.WriteLine($"{child}: {command}");
            try
            {
                Console.WriteLine($"{child} {await child.WaitForExitAsync(stop)}");
                wait = Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(10) ? TimeSpan.FromMilliseconds(100) : wait * 2;
                await Selector.Shared.DelayAsync(wait, stop);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine($"{child} {await child.TerminateAsync(LinuxSignal.SIGTERM, TimeSpan.FromSeconds(2), ChildScope.ProcessGroup, CancellationToken.None)}");
                return;
            }
        }
    }
}
