using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LinuxEvents.Watchdog;

/// <summary>What a service file says of a service, as options for a single command.</summary>
internal sealed class ServiceOptions
{
    private readonly Option<string?> _name = Options.Parsed<string?>(
        "--name", "NAME", "What to call it in the output [default: the program's file name, or 'command' where that is no name for a service]",
        text => Values.IsServiceName(text) ? text : null, Values.ServiceNameExpected);

    private readonly Option<string?> _directory = new("--cwd") { HelpName = "DIR", Description = "The directory to start it in" };

    private readonly Option<string[]> _environment = new("--env")
    {
        HelpName = "NAME=VALUE",
        Description = "Sets an environment variable; may be repeated",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<RestartPolicy?> _restart = Options.Choice<RestartPolicy>("--restart", "When to start it again after it has ended [default: never]");
    private readonly Option<int?> _limit = Options.Parsed<int?>(
        "--max-restarts", "COUNT", "How many restarts in a row [default: any number]",
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : null,
        "is not a whole number from 0 to 2147483647");

    private readonly Option<TimeSpan?> _initial = Options.Time("--backoff", "Wait before the first restart of a row [default: 100ms]");
    private readonly Option<TimeSpan?> _maximum = Options.Time("--backoff-max", "Never wait longer [default: 1m]");
    private readonly Option<double?> _factor = Options.Factor("--backoff-factor", "Each wait is the last one times this [default: 2]");
    private readonly Option<TimeSpan?> _reset = Options.Time("--backoff-reset", "A run of this length ends the row [default: 10s]");
    private readonly Option<LinuxSignal?> _signal = Options.Signal("--stop-signal", "How to ask it to stop [default: SIGTERM]");
    private readonly Option<TimeSpan?> _grace = Options.Time("--grace", "How long it may take to stop before SIGKILL [default: 10s]");
    private readonly Option<KillMode?> _killMode = Options.Choice<KillMode>("--kill-mode", "Signal its whole process group or the process alone [default: group]");
    private readonly Option<TimeSpan?> _drain = Options.Time("--drain", "How long processes that it leaves behind may go on, or hold its output open [default: 1s]");

    public ServiceOptions(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)
            [_name, _directory, _environment, _restart, _limit, _initial, _maximum, _factor, _reset, _signal, _grace, _killMode, _drain])
            command.Options.Add(option);
        _directory.Validators.Add(result => Options.RefuseEmpty(result, "cwd"));
        _environment.Validators.Add(CheckVariables);
        command.Validators.Add(CheckBackoff);
    }

    public ServiceDefinition Define(ParseResult result, string[] command)
    {
        var defaults = new ServiceDefinition(result.GetValue(_name) ?? NameOf(command[0]), command);
        return defaults with
        {
            WorkingDirectory = result.GetValue(_directory),
            Environment = Variables(result.GetValue(_environment) ?? []),
            Restart = new RestartSettings(
                result.GetValue(_restart) ?? defaults.Restart.Policy,
                DefineBackoff(result.GetValue(_initial), result.GetValue(_maximum), result.GetValue(_factor), result.GetValue(_reset)),
                result.GetValue(_limit)),
            Stop = new StopSettings(
                result.GetValue(_signal) ?? defaults.Stop.Signal,
                result.GetValue(_grace) ?? defaults.Stop.Grace,
                result.GetValue(_killMode) ?? defaults.Stop.KillMode),
            Drain = result.GetValue(_drain) ?? defaults.Drain,
            InheritsInput = Console.IsInputRedirected,
        };
    }

    private static Backoff DefineBackoff(TimeSpan? initial, TimeSpan? maximum, double? factor, TimeSpan? reset)
    {
        Backoff defaults = Backoff.Default;
        TimeSpan first = initial ?? defaults.Initial;
        return new Backoff(
            first,
            maximum ?? (first > defaults.Maximum ? first : defaults.Maximum),
            factor ?? defaults.Factor,
            reset ?? defaults.Reset);
    }

    private void CheckBackoff(CommandResult result)
    {
        TimeSpan? maximum = result.GetValue(_maximum);
        if (maximum is not null && maximum < (result.GetValue(_initial) ?? Backoff.Default.Initial))
            result.AddError("--backoff-max is less than --backoff.");
    }

    private static void CheckVariables(OptionResult result)
    {
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (text.IndexOf('=', StringComparison.Ordinal) <= 0) result.AddError($"--env '{text}' is not of the form NAME=VALUE.");
        }
    }

    private static Dictionary<string, string?> Variables(string[] texts)
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int end = text.IndexOf('=', StringComparison.Ordinal);
            variables[text[..end]] = text[(end + 1)..];
        }

        return variables;
    }

    private static string NameOf(string program)
    {
        string name = Path.GetFileName(program);
        return Values.IsServiceName(name) && name != Values.Watchdog ? name : "command";
    }
}
