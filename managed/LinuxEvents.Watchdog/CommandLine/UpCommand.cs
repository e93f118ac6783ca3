using System.CommandLine;

namespace LinuxEvents.Watchdog;

/// <summary><c>watchdog up [options] FILE</c>: supervises the services of a file.</summary>
internal static class UpCommand
{
    private const string Notes = """
        Services start in the file's order and stop in the reverse one. SIGHUP reads the file again: what was removed
        or changed is stopped, what is new or changed is started, all else goes on; a file that is wrong changes
        nothing. The file is JSON with comments; only command must be there:

          { "services": { "NAME": {
              "command": ["PROGRAM", "ARGUMENT"], "cwd": "DIR", "env": { "NAME": "VALUE", "OTHER": null },
              "restart": "never|on-failure|always", "maxRestarts": COUNT,
              "backoff": { "initial": "100ms", "max": "1m", "factor": 2, "reset": "10s" },
              "stopSignal": "SIGTERM", "grace": "10s", "killMode": "group|process", "drain": "1s" } } }

        The members mean what the options of 'run' mean. The times, the factor and the signal shown are the defaults,
        and of words the first; by default restarts are not limited, and directory and environment are the
        watchdog's. A relative DIR is below the file's own.

        At the end a table sums up all runs. '≤' before a peak memory (in JSON: "peakIsUpperBound") says that the
        service needed no more than that, and perhaps less: until it executes its program it shares the memory of
        the watchdog, which is counted.
        """;

    public static Command Create()
    {
        // Counted below: System.CommandLine has no good words for one that is missing, or too many.
        var file = new Argument<string[]>("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "The service file" };
        Option<TimeSpan?> duration = Options.Time("--duration", "Stops everything after this time [default: runs on]");
        var command = new SubCommand("up", "Supervises the services of a file")
        {
            Usage = "watchdog up [options] FILE",
            Notes = Notes,
        };
        command.Arguments.Add(file);
        command.Options.Add(duration);
        var output = new OutputOptions(command);
        command.Validators.Add(result =>
        {
            string[] given = [.. (result.GetResult(file)?.Tokens ?? []).Select(token => token.Value)];
            if (given.FirstOrDefault(word => word.StartsWith('-')) is { } option) result.AddError($"'{option}' is no option of 'up'.");
            else if (given.Length == 0) result.AddError("'up' lacks the service file.");
            else if (given.Length > 1) result.AddError($"'up' takes one service file, but got '{given[1]}', too.");
            else if (given[0].Length == 0) Options.RefuseEmpty(result.GetResult(file)!, "FILE");
        });
        command.SetAction(result => Launcher.Up(result.GetValue(file)![0], result.GetValue(duration), output.CreateWriter(result)));
        return command;
    }
}
