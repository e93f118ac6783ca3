using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LinuxEvents;

/// <summary>
/// Tells systemd, or whoever else has set <c>NOTIFY_SOCKET</c>, about this service. sd_notify(3). Where nobody has, every member does
/// nothing. Members may be used by any thread.
/// </summary>
public sealed class SystemdNotifier
{
    private readonly UnixDomainSocketEndPoint? _socket;

    private SystemdNotifier(UnixDomainSocketEndPoint? socket, TimeSpan? watchdogInterval)
    {
        _socket = socket;
        WatchdogInterval = socket is null ? null : watchdogInterval;
    }

    /// <summary>One that tells nobody.</summary>
    public static SystemdNotifier None { get; } = new(null, null);

    /// <summary>Whether anybody listens.</summary>
    public bool IsEnabled => _socket is not null;

    /// <summary>
    /// Within which time the watchdog wants to hear of this process again and again, or takes it for stuck; <see langword="null"/> when it has
    /// not asked for it. sd_watchdog_enabled(3)
    /// </summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>Reads <c>NOTIFY_SOCKET</c>, <c>WATCHDOG_USEC</c> and <c>WATCHDOG_PID</c>.</summary>
    public static SystemdNotifier FromEnvironment()
    {
        string? socket = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        // A path, or a name without one: '@' stands for its first byte, which is 0. Nothing else is a Unix socket.
        if (socket is not ['/' or '@', _, ..])
            return None;
        try
        {
            return new SystemdNotifier(new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket), ReadWatchdog());
        }
        catch (ArgumentOutOfRangeException)
        {
            return None; // It is longer than an address can be: there is no such socket.
        }
    }

    /// <summary>Sends assignments, one a line, such as <c>STATUS=ready to serve</c>.</summary>
    /// <param name="state">The lines.</param>
    /// <returns>Whether somebody listens and could be told.</returns>
    public bool Notify(string state)
    {
        ArgumentException.ThrowIfNullOrEmpty(state);
        return Send(state, wait: true) == SocketError.Success;
    }

    /// <summary>Tells what the service does, in words: a line of <c>systemctl status</c>.</summary>
    /// <param name="status">One line.</param>
    /// <returns>Whether somebody listens and could be told.</returns>
    public bool NotifyStatus(string status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return Notify($"STATUS={status.ReplaceLineEndings(" ")}");
    }

    /// <summary>Sends a message.</summary>
    /// <param name="state">The message.</param>
    /// <param name="wait">Whether to wait up to a second where the listener has no room: <see cref="SocketError.WouldBlock"/> then.</param>
    internal SocketError Send(string state, bool wait)
    {
        if (_socket is null)
            return SocketError.NotConnected;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = wait, SendTimeout = 1000 };
            socket.SendTo(Encoding.UTF8.GetBytes(state), _socket);
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode; // Nobody there: the service must not suffer from that.
        }
    }

    private static TimeSpan? ReadWatchdog()
    {
        string? process = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        if (!string.IsNullOrEmpty(process) && process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            return null; // It is a parent's.
        return long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long time) && time > 0
            ? TimeSpan.FromMicroseconds(time)
            : null;
    }
}
