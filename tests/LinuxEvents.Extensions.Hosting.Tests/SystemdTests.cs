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
    public void A_reload_before_the_start_is_done_does_not_say_that_it_is_nor_one_while_it_stops_that_it_is_ready()
    {
        using var service = new RunningService("late slow", $"export NOTIFY_SOCKET={Listen(false)};");
        service.Expect("read 1");
        service.Expect("starting");
        service.Signal(SIGHUP);
        service.Expect("Reloading");
        service.Expect("read 2");
        service.Tell("go on");
        Assert.Equal(["READY=1", "STATUS=serving"], new[] { Receive(), Receive() }.Order());
        service.Expect("started");

        service.Signal(SIGTERM);
        service.Expect("Stopping");
        service.Expect("stopping");
        Assert.Equal("STOPPING=1", Receive());
        service.Signal(SIGHUP);
        service.Expect("Reloading");
        service.Expect("read 3");
        Assert.Equal(0, _systemd.Available);
    }

    [Fact]
    public void What_is_stopped_during_its_start_is_never_ready()
    {
        using var service = new RunningService("late", $"export NOTIFY_SOCKET={Listen(false)};");
        service.Expect("read 1");
        service.Expect("starting");
        service.Signal(SIGTERM);
        service.Expect("Stopping");
        Assert.Equal("STOPPING=1", Receive());
        service.Tell("go on");
        Assert.Equal(0, service.WaitForExit().ExitCode);
        while (_systemd.Available > 0)
            Assert.NotEqual("READY=1", Receive());
    }

    [Fact]
    public void A_listener_that_does_not_read_holds_up_no_loop()
    {
        string path = Listen(false);
        for (int sent = 1; sent > 0;) // each socket for as much as it may have under way
        {
            using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            other.Connect(_systemd.LocalEndPoint!);
            for (sent = 0; other.Poll(0, SelectMode.SelectWrite); sent++)
                other.Send("full"u8);
        }

        using var service = new RunningService("turning", $"export NOTIFY_SOCKET={path} WATCHDOG_USEC=1000;");
        service.Expect("read 1");
        service.Expect("started");
        service.Expect("turned");
        while (Receive() != "WATCHDOG=1")
            ;
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("longer-than-any-address-can-be-longer-than-any-address-can-be-longer-than-any-address-can-be-longer-than-any-address-can-be")]
    public void Where_nobody_listens_nothing_suffers(string name)
    {
        using var service = new RunningService(before: $"export NOTIFY_SOCKET={_directory}/{name} WATCHDOG_USEC=1000;");
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
