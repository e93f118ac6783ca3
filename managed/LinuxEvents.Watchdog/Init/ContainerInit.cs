using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Watchdog;

/// <summary>What the first process of a container does: it starts one command, passes signals on to it, reaps orphans, and ends as the command does.</summary>
/// <remarks>
/// <para>Who reaps whom. As process 1 the runtime reaps every child once it handles SIGCHLD, which it does because of our registration:
/// that serves for the orphans, and would take the command's status. <see cref="ChildProcess"/> knows, and reads the status from the kernel's exit
/// information, or where there is none (before Linux 6.15), has a helper as the command's parent. That gets the orphans of
/// the command, and process 1 those of programs that others have started in the container.</para>
/// <para>No lost signal: the subscription is there before the command. Nor one that ends us at the end instead of being ignored,
/// when the command has ended: the subscription is never disposed, as what was not taken would be raised again.</para>
/// </remarks>
/// <param name="target">Who gets the signals.</param>
/// <param name="rewrites">As what they are passed on.</param>
/// <param name="adoptsOrphans">Whether to take over the command's orphans also where this is not process 1.</param>
internal sealed class ContainerInit(KillMode target, SignalRewrites rewrites, bool adoptsOrphans)
{
    private const int NoSuchFile = 2; // ENOENT
    private const int HighestSignal = 64;

    private static readonly bool s_isProcess1 = Environment.ProcessId == 1;

    /// <summary>
    /// The signals that others may send. The rest: nobody can catch SIGKILL and SIGSTOP, SIGCHLD is the runtime's, a fault is in the program itself.
    /// </summary>
    private static readonly LinuxSignal[] s_forwarded =
    [
        .. Enum.GetValues<LinuxSignal>().Except(
        [
            LinuxSignal.None, LinuxSignal.SIGKILL, LinuxSignal.SIGSTOP, LinuxSignal.SIGCHLD, LinuxSignal.SIGABRT, LinuxSignal.SIGBUS,
            LinuxSignal.SIGFPE, LinuxSignal.SIGILL, LinuxSignal.SIGSEGV, LinuxSignal.SIGSYS, LinuxSignal.SIGTRAP,
        ]),
        .. Enumerable.Range((int)LinuxSignals.RealTime(1), HighestSignal + 1 - (int)LinuxSignals.RealTime(1)).Select(number => (LinuxSignal)number),
    ];

    /// <summary><c>nohup</c> and shells without job control start a command with these ignored: then it shall ignore them, too.</summary>
    private static readonly LinuxSignal[] s_keptIgnored = [LinuxSignal.SIGHUP, LinuxSignal.SIGINT, LinuxSignal.SIGQUIT];

    /// <returns>The exit code.</returns>
    public int Run(string[] command)
    {
        if (!s_isProcess1 && !adoptsOrphans) Warn("this is not process 1, and --subreaper is not there: it is given no orphans to reap");
        var options = new SpawnOptions(command[0], command.Skip(1)) { CreateNewSession = true, AdoptOrphans = adoptsOrphans };
        foreach ((int number, SafeFileHandle handle) in InheritedDescriptors.Find()) options.Descriptors.Add(number, handle);
        var selector = new Selector(new SelectorOptions { Name = "init" });
        return selector.RunUntilComplete(async () =>
        {
            using PosixSignalRegistration? orphans = s_isProcess1 ? PosixSignalRegistration.Create((PosixSignal)LinuxSignal.SIGCHLD, _ => { }) : null;
            LinuxSignal[] received = [.. s_forwarded.Except(s_keptIgnored.Where(LinuxSignals.IsIgnored))];
            SignalSubscription signals = SignalSubscription.Open(new SignalSubscriptionOptions { Selector = selector }, received);
            using SafeFileHandle? terminal = ControllingTerminal.Release();
            options.ControllingTerminal = terminal;
            ChildProcess child;
            try
            {
                child = ChildProcess.Spawn(options, selector);
            }
            catch (LinuxEventsException e)
            {
                Warn($"cannot start: {e.Message}");
                return e is { Errno: NoSuchFile, Call: "execve" } ? ExitCodes.CommandNotFound : ExitCodes.CannotExecute;
            }

            Forward(signals, child);
            ExitStatus status = await child.WaitForExitAsync();
            if (target == KillMode.Group) Send(child, LinuxSignal.SIGTERM, default);
            if (status.IsKnown) return status.ToShellCode();
            Warn($"the command {status}");
            return ExitCodes.Internal;
        });
    }

    private async void Forward(SignalSubscription signals, ChildProcess child)
    {
        await foreach (SignalInfo signal in signals)
        {
            if (signal.SenderProcessId == Environment.ProcessId) continue; // that the terminal was given up
            LinuxSignal passed = rewrites.Of(signal.Signal);
            if (passed != LinuxSignal.None) Send(child, passed, signal);
            if (signal.Signal is LinuxSignal.SIGTSTP or LinuxSignal.SIGTTIN or LinuxSignal.SIGTTOU) Stop();
        }
    }

    private void Send(ChildProcess child, LinuxSignal signal, in SignalInfo received)
    {
        try
        {
            if (target == KillMode.Group) child.SignalProcessGroup(signal);
            else if (received.Code == SignalCode.Queue) child.QueueSignal(signal, received.Value);
            else child.Signal(signal);
        }
        catch (LinuxEventsException e)
        {
            Warn($"{SignalName.Of(signal)}: {e.Message}");
        }
    }

    /// <summary>So that the shell that has started us sees it. Process 1 can't be stopped from within.</summary>
    private static void Stop()
    {
        if (!s_isProcess1) LinuxSignals.Send(Environment.ProcessId, LinuxSignal.SIGSTOP);
    }

    /// <summary>Whether anybody reads it must not matter.</summary>
    private static void Warn(string text)
    {
        try
        {
            Console.Error.WriteLine($"watchdog: {text}");
        }
        catch (IOException)
        {
        }
    }
}
