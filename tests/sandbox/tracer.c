/* SPDX-License-Identifier: MIT */
#include "tracer.h"

#include "filter.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)

static int clear_bits(pid_t tracee, const struct clearance *clearance)
{
    struct user_regs_struct registers;
    __typeof__(registers.rdi) *arguments[] = {&registers.rdi, &registers.rsi, &registers.rdx, &registers.r10, &registers.r8, &registers.r9};
    __typeof__(registers.rdi) *argument = arguments[clearance->argument];
    struct iovec area = {.iov_base = &registers, .iov_len = sizeof registers};
    if (ptrace(PTRACE_GETREGSET, tracee, NT_PRSTATUS, &area) < 0)
        return -1;
    if (clearance->in_memory) {
        errno = 0;
        long word = ptrace(PTRACE_PEEKDATA, tracee, *argument, 0);
        if (errno != 0)
            return errno == ESRCH ? -1 : 0; /* the kernel is about to say EFAULT itself */
        return (int)ptrace(PTRACE_POKEDATA, tracee, *argument, word & ~(long)clearance->bits);
    }
    *argument &= ~(unsigned long long)clearance->bits;
    return (int)ptrace(PTRACE_SETREGSET, tracee, NT_PRSTATUS, &area);
}

#else

/* Not known how to write the arguments of a system call here. */
static int clear_bits(pid_t tracee, const struct clearance *clearance)
{
    (void)tracee;
    (void)clearance;
    errno = ENOTSUP;
    return -1;
}

#endif

static volatile sig_atomic_t command_id;

/* One from the terminal reaches the command without us. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    (void)context;
    int error = errno;
    if (info->si_code <= 0 && command_id > 0)
        kill(command_id, number);
    errno = error;
}

static void pass_signals_on(void)
{
    static const int passed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
    for (unsigned i = 0; i < sizeof passed / sizeof *passed; i++)
        sigaction(passed[i], &action, NULL);
}

/* Lets a stopped tracee go on. One that was killed meanwhile is gone, which is no fault. */
static int go_on(const struct rule_list *list, pid_t tracee, int status)
{
    int event = status >> 16, number = WSTOPSIG(status);
    if (event == PTRACE_EVENT_STOP && (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)) {
        ptrace(PTRACE_LISTEN, tracee, 0, 0); /* stopped by job control: it stays so until SIGCONT */
        return 0;
    }
    if (event == PTRACE_EVENT_SECCOMP) {
        unsigned long index = 0;
        if ((ptrace(PTRACE_GETEVENTMSG, tracee, 0, &index) < 0 || clear_bits(tracee, &list->entries[index].rule.clearance) < 0) &&
            errno != ESRCH)
            return -1;
    }
    ptrace(PTRACE_CONT, tracee, 0, event == 0 ? number : 0);
    return 0;
}

static int follow(const struct rule_list *list, pid_t command)
{
    for (;;) {
        int status;
        pid_t tracee = waitpid(-1, &status, __WALL);
        if (tracee < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        if (WIFSTOPPED(status)) {
            if (go_on(list, tracee, status) < 0)
                return -1;
        } else if (tracee == command) {
            return status;
        }
    }
}

int tracer_run(const struct rule_list *list, char **command)
{
    const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    int gate[2];
    char byte;
    if (pipe2(gate, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        close(gate[1]);
        _exit(read(gate[0], &byte, 1) == 1 ? filter_exec(list, command) : 125); /* nothing to read: our parent has ended */
    }
    command_id = pid;
    pass_signals_on();
    if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0)
        return -1;
    if (write(gate[1], "", 1) != 1)
        return -1;
    close(gate[0]);
    close(gate[1]);
    return follow(list, pid);
}
