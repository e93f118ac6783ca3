using System.CommandLine;

namespace LinuxEvents.Watchdog;

/// <summary><c>watchdog run [options] -- CMD ARGS…</c>: supervises one command.</summary>
internal static class RunCommand
{
    private const string Notes = """
        Its standard input is the watchdog's, unless that is a terminal.
        SIGHUP, SIGUSR1, SIGUSR2 and SIGWINCH are passed on to it.
        """;

    /// <param name="arguments">The whole command line.</param>
    public static Command Create(string[] arguments)
    {
        var command = new SubCommand("run", "Supervises one command")
        {
            Usage = "watchdog run [options] -- CMD [ARGS...]",
            Notes = Notes,
        };
        var words = new ProgramWords(command, arguments);
        var service = new ServiceOptions(command);
        var output = new OutputOptions(command);
        command.SetAction(result => Launcher.Run(service.Define(result, words.Get(result)), output.CreateWriter(result)));
        return command;
    }
}
