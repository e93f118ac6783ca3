using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>
/// As process 1, a program inherits every process that loses its parent, and has to reap it when it ends. .NET does, but only once it handles SIGCHLD,
/// which a registration for that signal brings about. (Nobody else in the program may: it would take the children of others.)
/// </summary>
internal static class StrayDuty
{
    private static readonly Lazy<PosixSignalRegistration> s_registration =
        new(static () => PosixSignalRegistration.Create((PosixSignal)LinuxSignal.SIGCHLD, static _ => { }), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>From now on, strays are reaped, if this is process 1.</summary>
    public static void Ensure()
    {
        if (Environment.ProcessId == 1)
            _ = s_registration.Value;
    }
}
