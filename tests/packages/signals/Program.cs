using LinuxEvents;

var options = new SignalSubscriptionOptions { Delivery = SignalDelivery.SignalFd };
int self = Environment.ProcessId;
LinuxSignal realTime = LinuxSignals.RealTime(1);
using SignalSubscription signals = SignalSubscription.Open(options, LinuxSignal.SIGTERM, realTime);

LinuxSignals.Send(self, LinuxSignal.SIGTERM);
Console.WriteLine($"{signals.Delivery} {(await signals.WaitAsync()).Signal}");

var values = new List<int>();
for (int value = 0; value < 3; value++)
    LinuxSignals.Queue(self, realTime, value);
await foreach (SignalInfo info in signals)
{
    values.Add(info.IntValue);
    if (values.Count == 3)
        break;
}

Console.WriteLine(string.Join(' ', values));

try
{
    SignalSubscription.Open(options, LinuxSignal.SIGUSR1).Dispose();
}
catch (InvalidOperationException)
{
    Console.WriteLine($"refused {LinuxSignal.SIGUSR1}");
}
