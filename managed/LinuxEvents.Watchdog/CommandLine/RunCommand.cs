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
        const string Where = "the command to run, which stands behind '--'";
        string[] given = [.. (result.GetResult(words)?.Tokens ?? []).Select(token => token.Value)];
        int dashes = Array.IndexOf(arguments, "--");
        int before = dashes < 0 ? given.Length : given.Length - (arguments.Length - dashes - 1);
        if (given.Length == 0) result.AddError($"'run' lacks {Where}.");
        else if (given[0].Length == 0) Options.RefuseEmpty(result.GetResult(words)!, "command[0]");
        else if (before > 0) result.AddError($"'{given[0]}' is no option of 'run', nor {Where}{Suggestion(given, before == arguments.Length - 1)}");
    }

    /// <param name="alone">Whether they are all that was said.</param>
    private static string Suggestion(string[] words, bool alone) =>
        words[0].StartsWith('-') ? "." : $": watchdog run {(alone ? "" : "[options] ")}-- {words[0]}{(words.Length > 1 ? " ..." : "")}";
}
