using System.Net.Sockets;
using System.Text;
using static LinuxEvents.LinuxSignal;

namespace LinuxEvents.Extensions.Hosting.Tests;

/// <summary>What a host tells systemd, for which the tests stand.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public void Dispose()
    {
        _systemd.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_tells_when_it_is_ready_reloads_and_stops(bool nameWithoutPath)
    {
        using var service = new RunningService(before: $"export NOTIFY_SOCKET={Listen(nameWithoutPath)};");
        Assert.Equal(["READY=1", "STATUS=serving"], new[] { Receive(), Receive() }.Order());
        service.Expect("read 1");
        service.Expect("started");

        long before = Environment.TickCount64;
        service.Signal(SIGHUP);
        string[] reloading = Receive().Split('\n');
        Assert.Equal("RELOADING=1", reloading[0]);
        Assert.StartsWith("MONOTONIC_USEC=", reloading[1], StringComparison.Ordinal);
        // Of the same clock, which does not count from the start of the process.
        Assert.InRange(long.Parse(reloading[1].Split('=')[1]) / 1000, before - 1000, Environment.TickCount64 + 1000);
        Assert.Equal("READY=1", Receive());

        service.Signal(SIGTERM);
        Assert.Equal("STOPPING=1", Receive());
        Assert.Equal(0, service.WaitForExit().ExitCode);
    }

    [Fact]
    public void The_watchdog_hears_of_a_loop_that_turns_and_not_of_one_that_is_stuck()
    {
        const int Microseconds = 200_000;
        using var service = new RunningService("stuck", $"export NOTIFY_SOCKET={Listen(false)} WATCHDOG_USEC={Microseconds} WATCHDOG_PID=$$;");
        for (int heard = 0; heard < 5;)
            heard += Receive() == "WATCHDOG=1" ? 1 : 0;
        service.Expect("read 1");
        service.Expect("started");
        service.Tell("hold it up");
        service.Expect("stuck");
        Drain();
        Assert.False(_systemd.Poll(5 * Microseconds, SelectMode.SelectRead));
        service.Tell("go on");
        Assert.Equal("WATCHDOG=1", Receive());
    }

    [Fact]
    public void A_watchdog_of_another_process_hears_nothing()
    {
        const int Microseconds = 1000;
        using var service = new RunningService(before: $"export NOTIFY_SOCKET={Listen(false)} WATCHDOG_USEC={Microseconds} WATCHDOG_PID=1;");
        service.Expect("read 1");
        service.Expect("started");
        while (_systemd.Poll(100 * Microseconds, SelectMode.SelectRead))
            Assert.NotEqual("WATCHDOG=1", Receive());
        service.Signal(SIGTERM);
        string message;
        while ((message = Receive()) != "STOPPING=1")
            Assert.NotEqual("WATCHDOG=1", message);
    }

    [Fact]
    public void Where_nobody_listens_nothing_suffers()
    {
        using var service = new RunningService(before: $"export NOTIFY_SOCKET={_directory}/nobody WATCHDOG_USEC=1000;");
        service.Expect("read 1");
        service.Expect("started");
        service.Signal(SIGTERM);
        service.Expect("Stopping");
        Assert.Equal(0, service.WaitForExit().ExitCode);
        Assert.False(SystemdNotifier.None.NotifyStatus("nobody"));
        Assert.False(SystemdNotifier.None.IsEnabled);
    }

    private string Listen(bool nameWithoutPath)
    {
        string path = Path.Combine(_directory, "notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(nameWithoutPath ? $"\0{path}" : path));
        return nameWithoutPath ? $"@{path}" : path;
    }

    private string Receive()
    {
        byte[] buffer = new byte[4096];
        _systemd.ReceiveTimeout = 60_000;
        return Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
    }

    private void Drain()
    {
        while (_systemd.Available > 0)
            Receive();
    }
}
