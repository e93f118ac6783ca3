using System.CommandLine;

namespace LinuxEvents.Watchdog;

/// <summary><c>watchdog up [options] FILE</c>: supervises the services of a file.</summary>
internal static class UpCommand
{
    private const string Description = """
        Supervises the services of a file.

        They start in the file's order and stop in the reverse one. SIGHUP reads the file again: what was removed or
        changed is stopped, what is new or changed is started, all else goes on. A table sums up all runs at the end.

        The file is JSON, comments allowed. All members but command are optional:
          { "services": { "NAME": {
              "command": ["PROGRAM", "ARGUMENT"], "cwd": "DIR", "env": { "NAME": "VALUE", "OTHER": null },
              "restart": "never|on-failure|always", "maxRestarts": COUNT,
              "backoff": { "initial": "100ms", "max": "1m", "factor": 2, "reset": "10s" },
              "stopSignal": "SIGTERM", "grace": "10s", "killMode": "group|process", "drain": "1s" } } }
        """;

    public static Command Create()
    {
        var file = new Argument<string>("file") { HelpName = "FILE", Description = "The service file" };
        Option<TimeSpan?> duration = Options.Time("--duration", "Stops everything after this time [default: runs on]");
        var command = new Command("up", Description) { file, duration };
        var output = new OutputOptions(command);
        file.Validators.Add(result =>
        {
            string given = result.Tokens.Single().Value;
            if (given.StartsWith('-')) result.AddError($"'{given}' is no option of 'up'.");
        });
        command.SetAction(result => Launcher.Up(result.GetValue(file)!, result.GetValue(duration), output.CreateWriter(result)));
        return command;
    }
}
