/* SPDX-License-Identifier: MIT */
/*
 * Signals by pidfd, and where that does not serve, by number: where a sandbox forbids pidfd_send_signal, and for a group before
 * Linux 6.9.
 *
 * By number only to a child of ours that nobody has reaped. Until then its number is nobody else's, neither as a process id nor as that
 * of a process group, which only its leader can found. (What remains: between our look and the signal the child ends, somebody
 * else reaps it, all numbers are used up once around, and this one is given away again.)
 */
#include "internal.h"

#include <string.h>

_Static_assert(LXE_PIDFD_SIGNAL_THREAD == LXE_UAPI_PIDFD_SIGNAL_THREAD, "");
_Static_assert(LXE_PIDFD_SIGNAL_PROCESS == LXE_UAPI_PIDFD_SIGNAL_THREAD_GROUP, "");
_Static_assert(LXE_PIDFD_SIGNAL_GROUP == LXE_UAPI_PIDFD_SIGNAL_PROCESS_GROUP, "");

void lxe__queued_info(siginfo_t *info, int32_t signal, uint64_t value)
{
    memset(info, 0, sizeof *info);
    info->si_signo = signal;
    info->si_code = SI_QUEUE;
    info->si_pid = (pid_t)lxe__syscall(SYS_getpid);
    info->si_uid = (uid_t)lxe__syscall(LXE_NR_GETUID);
    info->si_value.sival_ptr = (void *)(uintptr_t)value;
}

int32_t lxe__signal_by_number(int32_t pid, int32_t signal, const siginfo_t *info, uint32_t flags)
{
    if (pid <= 1 || (flags != 0 && flags != LXE_PIDFD_SIGNAL_PROCESS && (flags != LXE_PIDFD_SIGNAL_GROUP || info != NULL)))
        return -EINVAL;
    if (info != NULL)
        return lxe__syscall(SYS_rt_sigqueueinfo, pid, signal, info);
    return lxe__syscall(SYS_kill, flags == LXE_PIDFD_SIGNAL_GROUP ? -pid : pid, signal);
}

static int32_t send_signal(int32_t pidfd, int32_t signal, const siginfo_t *info, uint32_t flags)
{
    int32_t missing = lxe__feature_check(LXE_FEATURE_PIDFD_SIGNAL);
    if (missing == 0 && flags != 0)
        missing = lxe__feature_check(LXE_FEATURE_PIDFD_SIGNAL_GROUP);
    if (missing == 0)
        return lxe__syscall(LXE_NR_PIDFD_SEND_SIGNAL, pidfd, signal, info, flags);
    int32_t pid = lxe__pidfd_child(pidfd);
    if (pid > 0)
        return lxe__signal_by_number(pid, signal, info, flags);
    return pid == -EMFILE || pid == -ENFILE || pid == -ENOMEM ? pid : missing;
}

int32_t lxe_pidfd_signal(int32_t pidfd, int32_t signal, uint32_t flags)
{
    return send_signal(pidfd, signal, NULL, flags);
}

int32_t lxe_pidfd_queue(int32_t pidfd, int32_t signal, uint64_t value, uint32_t flags)
{
    siginfo_t info;
    lxe__queued_info(&info, signal, value);
    return send_signal(pidfd, signal, &info, flags);
}
