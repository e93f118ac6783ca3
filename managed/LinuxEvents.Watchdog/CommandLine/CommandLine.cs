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
        and '*' what the watchdog says of it. TIME is such as 500ms, 10s or 1m30s.
        Services find the watchdog's process id in WATCHDOG_PID.
        """;

    public static int Invoke(string[] arguments)
    {
        var root = new RootCommand(Description) { RunCommand.Create(arguments), UpCommand.Create() };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Help((HelpAction)help.Action!);
        ParseResult result = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0) return Refuse(result.Errors.Select(error => error.Message), result.CommandResult.Command);
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

    private static int Refuse(IEnumerable<string> reasons, Command? command)
    {
        foreach (string reason in reasons) Console.Error.WriteLine($"watchdog: {reason}");
        if (command is RootCommand) Console.Error.WriteLine("Try 'watchdog --help'.");
        else if (command is not null) Console.Error.WriteLine($"Try 'watchdog {command.Name} --help'.");
        return ExitCodes.Usage;
    }
}
