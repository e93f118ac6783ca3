namespace LinuxEvents;

/// <summary>
/// A signal, by Linux's number (signal(7)). The real-time signals have no names of their own: cast their number, as in
/// <c>(LinuxSignal)40</c>.
/// </summary>
public enum LinuxSignal
{
    /// <summary>No signal. It is never delivered, and nothing can be subscribed to it.</summary>
    None = 0,

    /// <summary>The terminal went away; by custom it makes services read their configuration again. Ends the process.</summary>
    SIGHUP = 1,

    /// <summary>Interrupt from the keyboard (Ctrl+C). Ends the process.</summary>
    SIGINT = 2,

    /// <summary>Quit from the keyboard (Ctrl+\). Ends the process with a core dump.</summary>
    SIGQUIT = 3,

    /// <summary>Illegal instruction: a fault. Ends the process with a core dump.</summary>
    SIGILL = 4,

    /// <summary>Breakpoint: a fault. Ends the process with a core dump.</summary>
    SIGTRAP = 5,

    /// <summary><c>abort()</c> was called. Ends the process with a core dump.</summary>
    SIGABRT = 6,

    /// <summary>Access to memory that is not behind an address: a fault. Ends the process with a core dump.</summary>
    SIGBUS = 7,

    /// <summary>Arithmetic error: a fault. Ends the process with a core dump.</summary>
    SIGFPE = 8,

    /// <summary>Ends the process at once; it can't be caught, blocked or ignored.</summary>
    SIGKILL = 9,

    /// <summary>Free for the program's own use. Ends the process.</summary>
    SIGUSR1 = 10,

    /// <summary>Access to memory that is not the program's: a fault. Ends the process with a core dump.</summary>
    SIGSEGV = 11,

    /// <summary>Free for the program's own use. Ends the process.</summary>
    SIGUSR2 = 12,

    /// <summary>A pipe or socket was written that has no reader. .NET ignores it.</summary>
    SIGPIPE = 13,

    /// <summary>The timer of <c>alarm()</c> has expired. Ends the process.</summary>
    SIGALRM = 14,

    /// <summary>The polite request to end. Ends the process.</summary>
    SIGTERM = 15,

    /// <summary>A coprocessor's stack fault, which no processor of today raises. Ends the process.</summary>
    SIGSTKFLT = 16,

    /// <summary>A child has ended, stopped or continued. Without effect.</summary>
    SIGCHLD = 17,

    /// <summary>Continues a stopped process, whether it is caught or not.</summary>
    SIGCONT = 18,

    /// <summary>Stops the process; it can't be caught, blocked or ignored.</summary>
    SIGSTOP = 19,

    /// <summary>Stop from the keyboard (Ctrl+Z). Stops the process.</summary>
    SIGTSTP = 20,

    /// <summary>A background process read from the terminal. Stops the process.</summary>
    SIGTTIN = 21,

    /// <summary>A background process wrote to the terminal. Stops the process.</summary>
    SIGTTOU = 22,

    /// <summary>Urgent data arrived at a socket. Without effect.</summary>
    SIGURG = 23,

    /// <summary>The soft limit of processor time was reached. Ends the process with a core dump.</summary>
    SIGXCPU = 24,

    /// <summary>The limit of a file's size was reached. Ends the process with a core dump.</summary>
    SIGXFSZ = 25,

    /// <summary>The timer of <c>setitimer(ITIMER_VIRTUAL)</c> has expired. Ends the process.</summary>
    SIGVTALRM = 26,

    /// <summary>The timer of <c>setitimer(ITIMER_PROF)</c> has expired. Ends the process.</summary>
    SIGPROF = 27,

    /// <summary>The terminal's window has changed its size. Without effect.</summary>
    SIGWINCH = 28,

    /// <summary>A descriptor became ready, for those who asked for it by <c>O_ASYNC</c>. Ends the process.</summary>
    SIGIO = 29,

    /// <summary>Power failure. Ends the process.</summary>
    SIGPWR = 30,

    /// <summary>A system call that the process may not make. Ends the process with a core dump.</summary>
    SIGSYS = 31,
}
