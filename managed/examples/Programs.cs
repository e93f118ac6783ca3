namespace LinuxEvents.Examples;

/// <summary>Runs one of the programs beside this file: <c>dotnet run --project managed/examples -- inotify /tmp</c>.</summary>
internal static class Programs
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["inotify", .. var rest]: await Inotify.Main(rest); return 0;
            case ["terminal", .. var rest]: return await Terminal.Main(rest);
            case ["supervise", .. var rest]: await Supervise.Main(rest); return 0;
            case ["init", .. var rest]: return await Init.Main(rest);
            case ["ticker", .. var rest]: Ticker.Main(rest); return 0;
            case ["virtual-time", .. _]: VirtualTime.Main(); return 0;
            case ["wait", .. var rest]: return await WaitForAnyone.Main(rest);
            case ["signals", .. _]: await Senders.Main(); return 0;
            case ["echo", .. var rest]: await EchoServer.Main(rest); return 0;
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
