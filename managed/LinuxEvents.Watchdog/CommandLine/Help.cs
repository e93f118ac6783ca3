using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace LinuxEvents.Watchdog;

/// <summary>The usual help, with a command's own usage line and notes where it has any, and what the exit codes mean.</summary>
internal sealed class Help(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Who asks for help need not have got the rest right.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        InvocationConfiguration configuration = parseResult.InvocationConfiguration;
        TextWriter output = configuration.Output;
        using var text = new StringWriter();
        configuration.Output = text;
        int code = usual.Invoke(parseResult);
        configuration.Output = output;

        string[] lines = text.ToString().TrimEnd().Split(Environment.NewLine);
        var command = parseResult.CommandResult.Command as SubCommand;
        if (command is not null) lines[Array.IndexOf(lines, "Usage:") + 1] = "  " + command.Usage;
        foreach (string line in lines) output.WriteLine(line);
        if (command is not null) output.WriteLine(Environment.NewLine + command.Notes);
        output.WriteLine(Environment.NewLine + ExitCodes.Help);
        return code;
    }
}
