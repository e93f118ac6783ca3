namespace LinuxEvents.Watchdog;

/// <summary>The watchdog's own exit codes; <c>run</c> otherwise ends with its child's, as a shell would.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary><c>up</c>: a service has failed for good.</summary>
    public const int ServiceFailed = 1;

    /// <summary>The command line or the service file is wrong; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>The watchdog itself failed.</summary>
    public const int Internal = 125;

    public const int CannotExecute = 126;

    public const int CommandNotFound = 127;

    /// <summary>Nobody reads the output any more: 128 + SIGPIPE, as for any program in a pipe.</summary>
    public const int OutputClosed = 141;

    /// <summary>The part of the help about all this.</summary>
    public const string Help = """
        Exit status:
          run:  that of the command's last run: its exit code, or 128 + n when signal n ended it;
                126 or 127 when it could not be started or was not found
          init: the same
          up:   1 when any service failed for good, whatever ended the run; 0 otherwise. It has failed for
                good when it gave up, could not start or ended in failure, and no restart was due
          2     the command line or the service file is wrong; nothing was started
          125   the watchdog itself failed
          141   nobody reads the output any more; everything was stopped
        """;
}
