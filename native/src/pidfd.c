/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

_Static_assert(LXE_UAPI_PIDFD_NONBLOCK == O_NONBLOCK && LXE_UAPI_PIDFD_THREAD == O_EXCL, "");
_Static_assert(LXE_WAIT_NOHANG == WNOHANG && LXE_WAIT_STOPPED == WSTOPPED && LXE_WAIT_EXITED == WEXITED, "");
_Static_assert(LXE_WAIT_CONTINUED == WCONTINUED && LXE_WAIT_NOWAIT == WNOWAIT, "");
_Static_assert(LXE_CHILD_EXITED == CLD_EXITED && LXE_CHILD_KILLED == CLD_KILLED && LXE_CHILD_DUMPED == CLD_DUMPED, "");
_Static_assert(LXE_CHILD_TRAPPED == CLD_TRAPPED && LXE_CHILD_STOPPED == CLD_STOPPED, "");
_Static_assert(LXE_CHILD_CONTINUED == CLD_CONTINUED, "");
_Static_assert(LXE_PIDFD_INFO_PID == LXE_UAPI_PIDFD_INFO_PID && LXE_PIDFD_INFO_CREDS == LXE_UAPI_PIDFD_INFO_CREDS, "");
_Static_assert(LXE_PIDFD_INFO_CGROUP == LXE_UAPI_PIDFD_INFO_CGROUPID && LXE_PIDFD_INFO_EXIT == LXE_UAPI_PIDFD_INFO_EXIT, "");

int32_t lxe_pidfd_open(int32_t pid, uint32_t flags)
{
    if ((flags & ~(LXE_NONBLOCK | LXE_PIDFD_THREAD)) != 0)
        return -EINVAL;
    int32_t missing = lxe__feature_check(LXE_FEATURE_PIDFD_OPEN);
    if (missing == 0 && (flags & LXE_NONBLOCK) != 0)
        missing = lxe__feature_check(LXE_FEATURE_PIDFD_NONBLOCK);
    if (missing == 0 && (flags & LXE_PIDFD_THREAD) != 0)
        missing = lxe__feature_check(LXE_FEATURE_PIDFD_THREAD);
    if (missing != 0)
        return missing;
    uint32_t kernel_flags = ((flags & LXE_NONBLOCK) != 0 ? LXE_UAPI_PIDFD_NONBLOCK : 0) |
                            ((flags & LXE_PIDFD_THREAD) != 0 ? LXE_UAPI_PIDFD_THREAD : 0);
    return lxe__syscall(LXE_NR_PIDFD_OPEN, pid, kernel_flags);
}

int32_t lxe_pidfd_getfd(int32_t pidfd, int32_t fd, uint32_t flags)
{
    int32_t missing = lxe__feature_check(LXE_FEATURE_PIDFD_GETFD);
    if (missing != 0)
        return missing;
    return lxe__syscall(LXE_NR_PIDFD_GETFD, pidfd, fd, flags);
}

/*
 * Before 5.4, or where a sandbox forbids to wait by pidfd: by number. The kernel looks the process up once, when the wait
 * begins. (What remains: between our look at the number and the kernel's, somebody else reaps the child, all numbers are used
 * up once around, and this one goes to another child of ours.)
 */
static int32_t wait_by_number(int32_t pidfd, uint32_t options, siginfo_t *info, struct lxe_uapi_rusage *usage)
{
    int32_t pid = lxe__pidfd_number(pidfd);
    if (pid < 0)
        return pid;
    int nonblocking = ((int)lxe__syscall(SYS_fcntl, pidfd, F_GETFL) & O_NONBLOCK) != 0 && (options & WNOHANG) == 0;
    int32_t result = lxe__syscall(SYS_waitid, P_PID, pid, info, options | __WALL | (nonblocking ? WNOHANG : 0), usage);
    return result == 0 && nonblocking && info->si_pid == 0 ? -EAGAIN : result;
}

int32_t lxe_pidfd_wait(int32_t pidfd, uint32_t options, struct lxe_pidfd_status *status)
{
    int32_t size = lxe__struct_size(status, sizeof *status);
    if (size < 0)
        return size;
    siginfo_t info;
    struct lxe_uapi_rusage usage;
    memset(&info, 0, sizeof info); /* where there is nothing to report, not every kernel writes */
    memset(&usage, 0, sizeof usage);
    /* __WALL: a child that a signal ended before its execve has the exit signal 0 that lxe_spawn_start gave it. */
    int32_t result = lxe__feature_check(LXE_FEATURE_PIDFD_WAIT) == 0
                         ? lxe__syscall(SYS_waitid, LXE_UAPI_P_PIDFD, pidfd, &info, options | __WALL, &usage)
                         : wait_by_number(pidfd, options, &info, &usage);
    if (result < 0)
        return result;
    struct lxe_pidfd_status own = lxe__status_of(&info, &usage);
    lxe__struct_give(status, &own, size);
    return own.pid != 0;
}

int32_t lxe_pidfd_info(int32_t pidfd, struct lxe_pidfd_info *info)
{
    int32_t size = lxe__struct_size(info, sizeof *info);
    if (size < 0)
        return size;
    if (lxe__feature_disabled(LXE_FEATURE_PIDFD_INFO))
        return -ENOTTY;
    uint32_t known = LXE_PIDFD_INFO_PID | LXE_PIDFD_INFO_CREDS | LXE_PIDFD_INFO_CGROUP;
    if (!lxe__feature_disabled(LXE_FEATURE_PIDFD_EXIT_INFO))
        known |= LXE_PIDFD_INFO_EXIT;
    struct lxe_uapi_pidfd_info kernels = {.mask = known};
    int32_t result = lxe__syscall(SYS_ioctl, pidfd, LXE_UAPI_PIDFD_GET_INFO, &kernels);
    if (result < 0)
        return result == -EINVAL ? -ENOTTY : result; /* 6.11 and 6.12 know other requests, without an argument */
    struct lxe_pidfd_info own = {
        .valid = (uint32_t)kernels.mask & known,
        .pid = (int32_t)kernels.pid,
        .tgid = (int32_t)kernels.tgid,
        .ppid = (int32_t)kernels.ppid,
        .ruid = kernels.ruid,
        .rgid = kernels.rgid,
        .euid = kernels.euid,
        .egid = kernels.egid,
        .suid = kernels.suid,
        .sgid = kernels.sgid,
        .fsuid = kernels.fsuid,
        .fsgid = kernels.fsgid,
        .wait_status = kernels.exit_code,
        .cgroup_id = kernels.cgroupid,
    };
    lxe__struct_give(info, &own, size);
    return 0;
}
