using System.CommandLine;

namespace LinuxEvents.Watchdog;

/// <summary><c>watchdog init [options] -- CMD ARGS…</c>: the first process of a container.</summary>
internal static class InitCommand
{
    private const string Notes = """
        For a container's process 1: passes signals on to the command, reaps the orphans that process 1 is given, and ends
        when the command does, with its status. Input, output, further descriptors and the environment are handed down as they are.

        The command leads a session and a process group of its own. When the watchdog leads a session with a terminal,
        as process 1 of a container has it, the command's session gets the terminal. When the command has ended, what it left of
        its group gets SIGTERM; with process 1 the kernel then ends whatever is left.

        Every signal is passed on that a program can get from others: not SIGKILL and SIGSTOP, which the kernel lets nobody
        catch, not SIGCHLD, which tells of the watchdog's own children, not SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS and
        SIGTRAP, by which a program breaks down, nor the lowest real-time ones up to SIGRTMIN, which libc and the runtime need. A
        process gets a queued signal with its value; a group gets none.

        SIGTSTP, SIGTTIN and SIGTTOU are passed on as SIGSTOP, for alone in its session a process would ignore them, unless
        --rewrite says otherwise; then the watchdog stops itself (not as process 1) until SIGCONT, which is passed on, too.
        """;

    /// <param name="arguments">The whole command line.</param>
    public static Command Create(string[] arguments)
    {
        Option<KillMode?> target = Options.Choice<KillMode>("--forward-to", "Who gets the signals: the command's whole process group, or the process alone [default: group]");
        Option<string[]> rewrites = new("--rewrite")
        {
            HelpName = "FROM:TO",
            Description = "Passes on signal FROM as signal TO, or not at all when TO is 0; may be repeated",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        rewrites.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value).Where(text => !SignalRewrites.TryParse(text, out _, out _)))
                result.AddError($"--rewrite '{text}' {SignalRewrites.Expected}.");
        });
        Option<bool> subreaper = new("--subreaper") { Description = "Takes over the command's orphans also where this is not process 1" };
        var command = new SubCommand("init", "Is process 1 of a container for one command")
        {
            Usage = "watchdog init [options] -- CMD [ARGS...]",
            Notes = Notes,
        };
        var words = new ProgramWords(command, arguments);
        command.Options.Add(target);
        command.Options.Add(rewrites);
        command.Options.Add(subreaper);
        command.SetAction(result => new ContainerInit(
            result.GetValue(target) ?? KillMode.Group, new SignalRewrites(result.GetValue(rewrites) ?? []), result.GetValue(subreaper)).Run(words.Get(result)));
        return command;
    }
}
