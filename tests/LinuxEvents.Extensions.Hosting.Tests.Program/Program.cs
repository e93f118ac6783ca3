using System.Runtime.InteropServices;
using LinuxEvents;
using LinuxEvents.Extensions.Hosting.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// usage: [old] [late] [slow] [hook] [stuck] [turning] [held] [unlogged]: how the host is built, whether it starts only by a line of standard input,
// whether it takes forever to stop, whether reloading is the program's, whether the loop can be held up by a line of standard input, whether it
// says when it has turned often, whether it handles SIGINT itself, too, and whether its logger throws.
using PosixSignalRegistration? held = args.Contains("held") ? PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true) : null;
if (args.Contains("old"))
{
    using IHost host = Host.CreateDefaultBuilder()
        .ConfigureLogging(logging => logging.ClearProviders())
        .ConfigureServices(services => services.AddSingleton(new ServiceBehaviour(args)).AddHostedService<Service>())
        .UseLinuxEventsLifetime()
        .Build();
    await host.RunAsync();
}
else
{
    HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
    builder.Logging.AddProvider(new LineLogger(args.Contains("unlogged")));
    ((IConfigurationBuilder)builder.Configuration).Add(new CountingConfiguration());
    builder.Services.AddSingleton(new ServiceBehaviour(args)).AddHostedService<Service>();
    builder.Services.AddLinuxEventsLifetime(options =>
    {
        if (args.Contains("hook"))
        {
            options.Reload = (_, _) =>
            {
                Console.WriteLine("hook");
                throw new InvalidOperationException("no reload today");
            };
        }
    });
    using IHost host = builder.Build();
    await host.RunAsync();
}

Console.WriteLine("ended");
