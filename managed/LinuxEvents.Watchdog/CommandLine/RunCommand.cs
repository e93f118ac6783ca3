using System.CommandLine;
using System.CommandLine.Parsing;

namespace LinuxEvents.Watchdog;

/// <summary><c>watchdog run [options] -- CMD ARGS…</c>: supervises one command.</summary>
internal static class RunCommand
{
    private const string Notes = """
        Its standard input is the watchdog's, unless that is a terminal.
        SIGHUP, SIGUSR1, SIGUSR2 and SIGWINCH are passed on to it.
        """;

    /// <param name="arguments">The whole command line, to know what of it stands behind <c>--</c>.</param>
    public static Command Create(string[] arguments)
    {
        var words = new Argument<string[]>("CMD") { Arity = ArgumentArity.ZeroOrMore, Description = "The program, searched in PATH, and its arguments" };
        var command = new SubCommand("run", "Supervises one command")
        {
            Usage = "watchdog run [options] -- CMD [ARGS...]",
            Notes = Notes,
        };
        command.Arguments.Add(words);
        var service = new ServiceOptions(command);
        var output = new OutputOptions(command);
        command.Validators.Add(result => RequireDashes(result, words, arguments));
        command.SetAction(result => Launcher.Run(service.Define(result, result.GetValue(words)!), output.CreateWriter(result)));
        return command;
    }

    /// <summary>What stands before <c>--</c> is for the watchdog: a misspelt option of its is not the command.</summary>
    private static void RequireDashes(CommandResult result, Argument<string[]> words, string[] arguments)
    {
        IReadOnlyList<Token> given = result.GetResult(words)?.Tokens ?? [];
        int dashes = Array.IndexOf(arguments, "--");
        int behind = dashes < 0 ? 0 : arguments.Length - dashes - 1;
        foreach (Token token in given.Take(given.Count - behind))
            result.AddError($"'{token.Value}' is no option of 'run'; the command to run stands behind '--'.");
        if (given.Count == 0) result.AddError("'run' lacks the command to run, which stands behind '--'.");
    }
}
