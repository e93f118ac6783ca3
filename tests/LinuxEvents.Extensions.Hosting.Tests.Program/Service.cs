using Microsoft.Extensions.Hosting;

namespace LinuxEvents.Extensions.Hosting.Tests;

/// <summary>Says what happens to it.</summary>
internal sealed class Service(ServiceBehaviour behaviour, SystemdNotifier systemd, IHostApplicationLifetime application) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        application.ApplicationStarted.Register(() =>
        {
            systemd.NotifyStatus("serving");
            Console.WriteLine("started");
            if (behaviour.Is("stuck"))
                new Thread(HoldUp) { IsBackground = true }.Start();
            if (behaviour.Is("turning"))
                _ = Selector.Shared.InvokeAsync(TurnAsync);
        });
        if (behaviour.Is("late"))
        {
            Console.WriteLine("starting");
            Console.ReadLine();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("stopping");
        if (behaviour.Is("slow"))
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private static async Task TurnAsync()
    {
        for (int turn = 0; turn < 3000; turn++)
            await Selector.Shared.DelayAsync(TimeSpan.FromMilliseconds(1));
        Console.WriteLine("turned");
    }

    private static void HoldUp()
    {
        Console.ReadLine();
        Selector.Shared.Post(() =>
        {
            Console.WriteLine("stuck");
            Console.ReadLine();
        });
    }
}
