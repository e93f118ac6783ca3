using System.Net.Sockets;

namespace LinuxEvents.Examples;

/// <summary>Runs one of the programs beside this file: <c>dotnet run --project managed/examples -- inotify /tmp</c>.</summary>
internal static class Programs
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["inotify", var folder]: await Inotify.Main([folder]); return 0;
                case ["terminal", var command]: return await Terminal.Main([command]);
                case ["supervise", _, ..]: await Supervise.Main(args[1..]); return 0;
                case ["init", _, ..]: return await Init.Main(args[1..]);
                case ["ticker"] or ["ticker", _]: Ticker.Main(args[1..]); return 0;
                case ["virtual-time"]: VirtualTime.Main(); return 0;
                case ["wait", var process]: return await WaitForAnyone.Main([process]);
                case ["signals"]: await Senders.Main(); return 0;
                case ["echo"] or ["echo", _]: await EchoServer.Main(args[1..]); return 0;
            }
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException or FormatException or ArgumentException or SocketException)
        {
            Console.Error.WriteLine($"{args[0]}: {e.Message}");
            return 1;
        }
        Console.Error.WriteLine("""
            inotify FOLDER        say what happens to the files of a folder
            terminal COMMAND      run a shell command on a terminal of its own
            supervise COMMAND...  keep shell commands running, until SIGTERM or Ctrl-C
            init PROGRAM ARG...   be a container's process 1
            ticker [COUNT]        every 10 ms, precisely
            virtual-time          a day in an instant, as tests have it
            wait PID              wait for anyone's process, and end as it does
            signals               tell who sends SIGHUP, SIGUSR1 and SIGUSR2, until SIGTERM
            echo [PORT]           an echo server with a loop for each processor
            """);
        return 2;
    }
}
