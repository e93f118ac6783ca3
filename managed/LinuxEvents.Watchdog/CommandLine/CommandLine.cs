using System.CommandLine;
using System.CommandLine.Help;

namespace LinuxEvents.Watchdog;

/// <summary>The command line as a whole: its commands, its help, what is said of mistakes.</summary>
internal static class CommandLine
{
    private const string Description = """
        Supervises processes: starts them, prefixes their output with their names, restarts them, stops them in order.

        SIGINT or SIGTERM stops everything, the last started first; a second one kills what still runs.
        In text, '|' precedes what a service writes to standard output, '!' what it writes to standard error,
        and '*' what the watchdog says of it. TIME is such as 500ms, 10s or 1m30s;
        a bare number is seconds.
        Services find the watchdog's process id in WATCHDOG_PID. When SIGKILL ends the watchdog itself, they live on,
        and nobody watches them (unless it is process 1, with which the kernel ends all).
        """;

    public static int Invoke(string[] arguments)
    {
        var root = new RootCommand(Description) { RunCommand.Create(arguments), UpCommand.Create(), InitCommand.Create(arguments) };
        if (arguments is ["help", .. string[] about]) arguments = [.. about, "--help"];
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Help((HelpAction)help.Action!);
        ParseResult result = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Command command = result.CommandResult.Command;
        if (result.Errors.Count > 0)
            return Refuse(command == root ? [NoCommand(root, result.UnmatchedTokens)] : result.Errors.Select(error => error.Message), command);
        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (ServiceFileException e)
        {
            return Refuse(e.Errors.Select(error => error.ToString()), null);
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException or DllNotFoundException)
        {
            Console.Error.WriteLine($"watchdog: {e.Message}");
            return ExitCodes.Internal;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"watchdog: internal error: {e}");
            return ExitCodes.Internal;
        }
    }

    private static string NoCommand(RootCommand root, IReadOnlyList<string> words)
    {
        string commands = string.Join(", ", root.Subcommands.Select(command => command.Name));
        return words.Count > 0 ? $"'{words[0]}' is no command ({commands})." : $"a command is missing ({commands}).";
    }

    private static int Refuse(IEnumerable<string> reasons, Command? command)
    {
        foreach (string reason in reasons) Console.Error.WriteLine($"watchdog: {Values.Printable(reason)}");
        if (command is RootCommand) Console.Error.WriteLine("Try 'watchdog --help'.");
        else if (command is not null) Console.Error.WriteLine($"Try 'watchdog {command.Name} --help'.");
        return ExitCodes.Usage;
    }
}
