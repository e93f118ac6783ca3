namespace LinuxEvents.Examples;

/// <summary>Tells who sends signals, and with what value, until SIGTERM. To try it: <c>kill -USR1 PID</c>, <c>/bin/kill --queue 7 -USR2 PID</c>.</summary>
internal static class Senders
{
    public static async Task Main()
    {
        using SignalSubscription signals = SignalSubscription.Open(
            LinuxSignal.SIGHUP, LinuxSignal.SIGUSR1, LinuxSignal.SIGUSR2, LinuxSignal.SIGTERM);
        Console.WriteLine($"process {Environment.ProcessId} listens");
        await foreach (SignalInfo info in signals)
        {
            string value = info.Code == SignalCode.Queue ? $", value {info.IntValue}" : "";
            Console.WriteLine($"{info.Signal} from process {info.SenderProcessId} of user {info.SenderUserId}{value}");
            if (info.Signal == LinuxSignal.SIGTERM)
                return;
        }
    }
}
