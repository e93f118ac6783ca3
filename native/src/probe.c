/* SPDX-License-Identifier: MIT */
/*
 * One probe per feature, and where it runs.
 *
 * A sandbox may answer an unknown system call by killing (SIGSYS). So under a seccomp filter, and only
 * there, a probe runs in a child, whose exit code is the errno value it met. The child is invisible to the rest
 * of the program: its exit signal is 0, so it raises no SIGCHLD and no wait without __WALL or __WCLONE sees
 * it; it is reaped here, by its process id. It shares our memory (CLONE_VM), which makes it cheap
 * however large the program is; we sleep until it has exited (CLONE_VFORK), and all signals are
 * blocked so that none of our handlers runs in it.
 *
 * The exception is a kernel before 5.16, where a core dump, which SIGSYS makes, kills every process that shares
 * the memory, and that would be us: there the child gets a copy.
 */
#include "clone.h"
#include "spawn.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>

typedef int32_t probe(void);

/* Calls a function in a child; sleeps until the child has exited. Return: its process id, to be reaped. */
static int32_t start_child(int (*function)(void *), void *argument, char *stack, uint64_t size, uint64_t flags, int32_t *pidfd)
{
    uint64_t all = UINT64_MAX, former;
    lxe__syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &former, LXE_UAPI_SIGSET_SIZE);
    int32_t pid = lxe__clone(function, argument, stack, size, CLONE_VFORK | flags, pidfd, NULL);
    lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, NULL, LXE_UAPI_SIGSET_SIZE);
    return pid;
}

/* Return: the wait status, or a negative errno. */
static int32_t reap(int32_t pid)
{
    int status;
    int32_t result;
    do
        result = lxe__syscall(SYS_wait4, pid, &status, __WALL, NULL);
    while (result == -EINTR);
    return result < 0 ? result : status;
}

static int leave(void *unused)
{
    (void)unused;
    lxe__syscall(SYS_exit_group, 0);
    __builtin_unreachable();
}

/* A child that leaves at once. */
static int32_t start_short_child(uint64_t flags, int32_t *pidfd)
{
    _Alignas(16) char stack[2048];
    return start_child(leave, NULL, stack, sizeof stack, CLONE_VM | flags, pidfd);
}

/* A descriptor that can't be open: a kernel that has the call gives EBADF, and nothing happens. */
#define BAD_DESCRIPTOR INT32_MAX

static int32_t expect_bad_descriptor(int32_t result)
{
    return result == -EBADF ? 0 : result;
}

static int32_t close_probed(int32_t fd)
{
    if (fd < 0)
        return fd;
    lxe__syscall(SYS_close, fd);
    return 0;
}

static int32_t probe_epoll_pwait2(void)
{
    struct epoll_event event;
    struct lxe_uapi_timespec at_once = {0};
    return expect_bad_descriptor(
        lxe__syscall(LXE_NR_EPOLL_PWAIT2, BAD_DESCRIPTOR, &event, 1, &at_once, NULL, LXE_UAPI_SIGSET_SIZE));
}

static int32_t probe_close_range(void)
{
    return lxe__syscall(LXE_NR_CLOSE_RANGE, UINT32_MAX, UINT32_MAX, 0);
}

static int32_t probe_clone_pidfd(void)
{
    int32_t pidfd = -1;
    int32_t pid = start_short_child(LXE_UAPI_CLONE_PIDFD, &pidfd);
    if (pid < 0)
        return pid;
    reap(pid);
    return pidfd == -1 ? -EINVAL : close_probed(pidfd); /* before 5.2 the flag is ignored */
}

static int32_t probe_clone_clear_sighand(void)
{
    int32_t pid = start_short_child(LXE_UAPI_CLONE_CLEAR_SIGHAND, NULL);
    if (pid < 0)
        return pid;
    reap(pid);
    return 0;
}

static int32_t probe_pidfd_open(void)
{
    int32_t pidfd = lxe__syscall(LXE_NR_PIDFD_OPEN, lxe__syscall(SYS_getpid), 0);
    if (pidfd < 0)
        return pidfd;
    struct pollfd running = {.fd = pidfd, .events = POLLIN};
    struct lxe_uapi_old_timespec at_once = {0};
    int32_t ready = lxe__syscall(SYS_ppoll, &running, 1, &at_once, NULL, LXE_UAPI_SIGSET_SIZE);
    close_probed(pidfd);
    return ready == 0 ? 0 : ready < 0 ? ready : -EOPNOTSUPP; /* one that can't be polled is always ready */
}

static int32_t probe_pidfd_nonblock(void)
{
    return close_probed(lxe__syscall(LXE_NR_PIDFD_OPEN, lxe__syscall(SYS_getpid), LXE_UAPI_PIDFD_NONBLOCK));
}

static int32_t probe_pidfd_thread(void)
{
    return close_probed(lxe__syscall(LXE_NR_PIDFD_OPEN, lxe__syscall(SYS_gettid), LXE_UAPI_PIDFD_THREAD));
}

static int32_t probe_pidfd_signal(void)
{
    return expect_bad_descriptor(lxe__syscall(LXE_NR_PIDFD_SEND_SIGNAL, BAD_DESCRIPTOR, 0, NULL, 0));
}

static int32_t probe_pidfd_wait(void)
{
    siginfo_t info;
    return expect_bad_descriptor(lxe__syscall(SYS_waitid, LXE_UAPI_P_PIDFD, BAD_DESCRIPTOR, &info, WEXITED | WNOHANG, NULL));
}

static int32_t probe_pidfd_getfd(void)
{
    return expect_bad_descriptor(lxe__syscall(LXE_NR_PIDFD_GETFD, BAD_DESCRIPTOR, 0, 0));
}

static int32_t ask(int32_t pidfd, uint64_t *mask)
{
    struct lxe_uapi_pidfd_info info = {.mask = *mask};
    int32_t result = lxe__syscall(SYS_ioctl, pidfd, LXE_UAPI_PIDFD_GET_INFO, &info);
    *mask = info.mask;
    return result;
}

/* Asks about a child that has ended, before and after it is reaped. @flags: LXE_UAPI_CLONE_PIDFD, or 0: its pidfd is opened */
static int32_t ask_about_child(uint64_t flags, uint64_t before, uint64_t after)
{
    int32_t pidfd = -1;
    int32_t pid = start_short_child(flags, &pidfd);
    if (pid < 0)
        return pid;
    if (flags == 0)
        pidfd = lxe__syscall(LXE_NR_PIDFD_OPEN, pid, 0);
    uint64_t mask = before;
    int32_t result = pidfd < 0 || before == 0 ? pidfd : ask(pidfd, &mask);
    reap(pid);
    if (pidfd < 0)
        return pidfd;
    if (after != 0) {
        mask = after;
        result = ask(pidfd, &mask);
    }
    close_probed(pidfd);
    return result < 0 ? result : (mask & (before | after)) != 0 ? 0 : -ESRCH;
}

static int32_t probe_pidfd_info(void)
{
    return ask_about_child(LXE_UAPI_CLONE_PIDFD, LXE_UAPI_PIDFD_INFO_PID, 0);
}

static int32_t probe_pidfd_info_opened(void)
{
    return ask_about_child(0, LXE_UAPI_PIDFD_INFO_PID, 0);
}

static int32_t probe_pidfd_exit_info(void)
{
    return ask_about_child(LXE_UAPI_CLONE_PIDFD, 0, LXE_UAPI_PIDFD_INFO_EXIT);
}

static int32_t probe_pidfd_exit_info_opened(void)
{
    return ask_about_child(0, 0, LXE_UAPI_PIDFD_INFO_EXIT);
}

static int32_t probe_pidfd_signal_group(void)
{
    return expect_bad_descriptor(
        lxe__syscall(LXE_NR_PIDFD_SEND_SIGNAL, BAD_DESCRIPTOR, 0, NULL, LXE_UAPI_PIDFD_SIGNAL_PROCESS_GROUP)); /* EINVAL before 6.9 */
}

static int32_t probe_epoll_params(void)
{
    struct lxe_uapi_epoll_params params;
    int32_t set = lxe__syscall(SYS_epoll_create1, EPOLL_CLOEXEC);
    if (set < 0)
        return set;
    int32_t result = lxe__syscall(SYS_ioctl, set, LXE_UAPI_EPIOCGPARAMS, &params);
    close_probed(set);
    return result;
}

static probe *const probes[LXE_FEATURE_COUNT] = {
    [LXE_FEATURE_EPOLL_PWAIT2] = probe_epoll_pwait2,
    [LXE_FEATURE_CLOSE_RANGE] = probe_close_range,
    [LXE_FEATURE_CLONE_PIDFD] = probe_clone_pidfd,
    [LXE_FEATURE_PIDFD_OPEN] = probe_pidfd_open,
    [LXE_FEATURE_PIDFD_NONBLOCK] = probe_pidfd_nonblock,
    [LXE_FEATURE_PIDFD_THREAD] = probe_pidfd_thread,
    [LXE_FEATURE_PIDFD_SIGNAL] = probe_pidfd_signal,
    [LXE_FEATURE_PIDFD_WAIT] = probe_pidfd_wait,
    [LXE_FEATURE_PIDFD_GETFD] = probe_pidfd_getfd,
    [LXE_FEATURE_PIDFD_INFO] = probe_pidfd_info,
    [LXE_FEATURE_PIDFD_EXIT_INFO] = probe_pidfd_exit_info,
    [LXE_FEATURE_PIDFD_SIGNAL_GROUP] = probe_pidfd_signal_group,
    [LXE_FEATURE_EPOLL_PARAMS] = probe_epoll_params,
    [LXE_FEATURE_CLONE_CLEAR_SIGHAND] = probe_clone_clear_sighand,
};

/*
 * The probe for a feature. Some need a pidfd, and one of the two ways to have one may be forbidden, by killing perhaps: which, is known
 * by the time that they run.
 */
static probe *choose(uint32_t feature)
{
    if (feature == LXE_FEATURE_PIDFD_INFO && lxe__feature_check(LXE_FEATURE_CLONE_PIDFD) != 0)
        return probe_pidfd_info_opened;
    if (feature == LXE_FEATURE_PIDFD_EXIT_INFO && lxe__feature_check(LXE_FEATURE_CLONE_PIDFD) != 0)
        return probe_pidfd_exit_info_opened;
    return probes[feature];
}

/* Whether a seccomp filter holds for this thread. A kernel without seccomp says EINVAL; a filter may refuse the question. */
static int is_filtered(void)
{
    int32_t mode = lxe__syscall(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0);
    return mode != 0 && mode != -EINVAL;
}

static uint32_t number(const char **text)
{
    uint32_t value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        value = value * 10 + (uint32_t)(**text - '0');
    return value;
}

static int core_dumps_spare_us(void)
{
    struct utsname name;
    if (lxe__syscall(SYS_uname, &name) < 0)
        return 0;
    const char *release = name.release;
    uint32_t major = number(&release);
    if (*release == '.')
        release++;
    uint32_t minor = number(&release);
    return major > 5 || (major == 5 && minor >= 16);
}

static int leave_with_result(void *selected)
{
    probe *const *chosen = selected;
    lxe__syscall(SYS_exit_group, -(*chosen)());
    __builtin_unreachable();
}

int32_t lxe__feature_probe(uint32_t feature)
{
    probe *selected = choose(feature);
    if (!is_filtered())
        return selected();
    char *area;
    uint64_t size;
    int32_t error = lxe__stack_map(0, &area, &size);
    if (error < 0)
        return error;
    int32_t pid = start_child(leave_with_result, &selected, area + LXE__GUARD_SIZE, LXE__STACK_SIZE,
                              core_dumps_spare_us() ? CLONE_VM : 0, NULL);
    lxe__syscall(SYS_munmap, area, size);
    if (pid < 0)
        return pid;
    int32_t status = reap(pid);
    if (status >= 0 && WIFEXITED(status))
        return -WEXITSTATUS(status);
    return status >= 0 && WTERMSIG(status) == SIGSYS ? -EPERM : -EAGAIN;
}
