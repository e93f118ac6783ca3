/* SPDX-License-Identifier: MIT */
/*
 * Linked into a NativeAOT program whose project sets LinuxEventsBlockSignals: blocks these signals before anything else runs, so that every
 * thread of the program, the runtime's included, inherits it. It includes no header, because a machine that links needs to have none.
 * Faults, SIGKILL, SIGSTOP, SIGABRT and SIGCHLD have no name here: a SignalSubscription can't have them.
 */
enum {
    SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGUSR1 = 10, SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGSTKFLT = 16, SIGCONT = 18,
    SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGURG = 23, SIGXCPU = 24, SIGXFSZ = 25, SIGVTALRM = 26, SIGPROF = 27, SIGWINCH = 28,
    SIGIO = 29, SIGPWR = 30
};

extern int __libc_current_sigrtmin(void);
extern int sigprocmask(int how, const unsigned long *set, unsigned long *former);
#define SIGRTMIN __libc_current_sigrtmin()
#define SIGRTMAX 64
#define SIG_BLOCK 0 /* on every processor that .NET runs on */

__attribute__((constructor(101))) static void block_signals(void)
{
    const int signals[] = {LINUXEVENTS_BLOCK_SIGNALS};
    unsigned long set[128 / sizeof(unsigned long)] = {0}; /* as large as libc's sigset_t */
    for (unsigned int i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        unsigned int bit = (unsigned int)signals[i] - 1;
        set[bit / (8 * sizeof set[0])] |= 1ul << bit % (8 * sizeof set[0]);
    }
    sigprocmask(SIG_BLOCK, set, (unsigned long *)0);
}
