using System.CommandLine;
using System.CommandLine.Parsing;

namespace LinuxEvents.Watchdog;

/// <summary>The program to start and its arguments, which stand behind <c>--</c>.</summary>
internal sealed class ProgramWords
{
    private const string Where = "the command to run, which stands behind '--'";

    private readonly Argument<string[]> _words = new("CMD") { Arity = ArgumentArity.ZeroOrMore, Description = "The program, searched in PATH, and its arguments" };

    /// <param name="command">Whose it is.</param>
    /// <param name="arguments">The whole command line, to know what of it stands behind <c>--</c>.</param>
    public ProgramWords(Command command, string[] arguments)
    {
        command.Arguments.Add(_words);
        command.Validators.Add(result => RequireDashes(result, arguments));
    }

    public string[] Get(ParseResult result) => result.GetValue(_words)!;

    /// <summary>What stands before <c>--</c> is for the watchdog: a misspelt option of its is not the command.</summary>
    private void RequireDashes(CommandResult result, string[] arguments)
    {
        string name = result.Command.Name;
        string[] given = [.. (result.GetResult(_words)?.Tokens ?? []).Select(token => token.Value)];
        int dashes = Array.IndexOf(arguments, "--");
        int before = dashes < 0 ? given.Length : given.Length - (arguments.Length - dashes - 1);
        if (given.Length == 0) result.AddError($"'{name}' lacks {Where}.");
        else if (given[0].Length == 0) Options.RefuseEmpty(result.GetResult(_words)!, "command[0]");
        else if (before > 0) result.AddError($"'{given[0]}' is no option of '{name}', nor {Where}{Suggestion(name, given, before == arguments.Length - 1)}");
    }

    /// <param name="alone">Whether they are all that was said.</param>
    private static string Suggestion(string name, string[] words, bool alone) =>
        words[0].StartsWith('-') ? "." : $": watchdog {name} {(alone ? "" : "[options] ")}-- {words[0]}{(words.Length > 1 ? " ..." : "")}";
}
