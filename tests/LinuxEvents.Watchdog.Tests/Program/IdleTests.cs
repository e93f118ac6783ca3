using System.Globalization;

namespace LinuxEvents.Watchdog.Tests;

public class IdleTests
{
    [Fact]
    public void An_idle_watchdog_sleeps_in_one_thread_without_a_deadline()
    {
        using RunningWatchdog watchdog = RunningWatchdog.Start("run", "--", "sleep", "60");
        watchdog.WaitForLine("started as process");

        // Number, descriptor, buffer, count, timeout: what the main thread waits in, and for how long.
        string[] call = [];
        watchdog.WaitUntil("the wait for events", () => IsEpollWait(call = ReadCall(watchdog.Id)));
        Assert.EndsWith("ffffffff", call[4]); // -1: no end

        string[] timers =
        [
            .. Directory.GetFiles($"/proc/{watchdog.Id}/fd").Where(path => new FileInfo(path).LinkTarget == "anon_inode:[timerfd]")
                .Select(path => File.ReadAllText(path.Replace("/fd/", "/fdinfo/"))),
        ];
        Assert.NotEmpty(timers);
        Assert.All(timers, timer => Assert.Contains("it_value: (0, 0)", timer, StringComparison.Ordinal)); // disarmed

        string[] threads = [.. Directory.GetDirectories($"/proc/{watchdog.Id}/task").Select(task => File.ReadAllText($"{task}/comm").Trim())];
        Assert.DoesNotContain(threads, name => name.StartsWith(".NET TP", StringComparison.Ordinal)); // no worker of a thread pool
        watchdog.Signal(LinuxSignal.SIGTERM);
        Assert.Equal(143, watchdog.WaitForExit());
    }

    private static string[] ReadCall(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/task/{process}/syscall").Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"this kernel or sandbox does not show system calls of other processes: {e.Message}");
            throw;
        }
    }

    /// <summary>Those calls of epoll that have their timeout as the fourth argument.</summary>
    private static bool IsEpollWait(string[] call) =>
        call.Length > 4 && int.TryParse(call[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is 232 or 281 or 22; // epoll_wait and epoll_pwait of x86-64, epoll_pwait of arm64 and riscv64
}
