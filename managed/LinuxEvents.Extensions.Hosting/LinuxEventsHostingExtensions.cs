using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LinuxEvents;

/// <summary>Has a host live by signals, and with systemd.</summary>
public static class LinuxEventsHostingExtensions
{
    /// <summary>
    /// SIGTERM, SIGINT and SIGQUIT stop the host, SIGHUP reloads it, and systemd hears of it: in place of the host's console lifetime. What the
    /// process ignored when it started, as <c>nohup</c> has it, stays ignored.
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The same builder.</returns>
    public static IHostBuilder UseLinuxEventsLifetime(this IHostBuilder builder, Action<LinuxEventsLifetimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices((_, services) => services.AddLinuxEventsLifetime(configure));
    }

    /// <summary>As <see cref="UseLinuxEventsLifetime"/>, for a host that is built by its services: <c>builder.Services</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLinuxEventsLifetime(this IServiceCollection services, Action<LinuxEventsLifetimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new LinuxEventsLifetimeOptions();
        configure?.Invoke(options);
        services.Replace(ServiceDescriptor.Singleton(options));
        services.Replace(ServiceDescriptor.Singleton(options.NotifySystemd ? SystemdNotifier.FromEnvironment() : SystemdNotifier.None));
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, LinuxEventsLifetime>());
        return services;
    }
}
