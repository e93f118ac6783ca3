namespace LinuxEvents;

/// <summary>How a host lives on Linux; see <see cref="LinuxEventsHostingExtensions.UseLinuxEventsLifetime"/>.</summary>
public sealed class LinuxEventsLifetimeOptions
{
    /// <summary>The signals that stop the host.</summary>
    public ISet<LinuxSignal> StopSignals { get; } = new HashSet<LinuxSignal> { LinuxSignal.SIGTERM, LinuxSignal.SIGINT, LinuxSignal.SIGQUIT };

    /// <summary>
    /// Whether SIGHUP reloads. One that the kernel sends, because the terminal went away, stops the host in any case; without this, every one does
    /// what it did before.
    /// </summary>
    public bool ReloadOnHangUp { get; set; } = true;

    /// <summary>
    /// What a reload does. By default the configuration is read again, if the host has one that can be. A reload that comes while another
    /// one runs follows it, and several that come are one.
    /// </summary>
    public Func<IServiceProvider, CancellationToken, Task>? Reload { get; set; }

    /// <summary>
    /// Whether a second SIGINT, while the host stops, ends the process at once, as SIGINT ends one that does not handle it. Where that has
    /// no effect within three seconds, because others handle SIGINT or because this is process 1 of a container, the process exits with code 130.
    /// </summary>
    public bool ForceOnSecondInterrupt { get; set; } = true;

    /// <summary>
    /// Whether systemd is told what the host does, if it has asked for it by <c>NOTIFY_SOCKET</c>. sd_notify(3)
    /// </summary>
    public bool NotifySystemd { get; set; } = true;

    /// <summary>
    /// The loop that receives the signals, and that must turn for systemd's watchdog to be content; <see langword="null"/> for
    /// <see cref="LinuxEvents.Selector.Shared"/>. It has a thread of its own.
    /// </summary>
    public Selector? Selector { get; set; }
}
