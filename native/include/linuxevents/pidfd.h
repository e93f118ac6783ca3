/* SPDX-License-Identifier: MIT */
/**
 * pidfd: a process as a descriptor, which can't be mistaken for a later process with the same number.
 *
 * A pidfd polls as readable once the process has ended, and also as hung up once it has been reaped. It
 * stays readable: watch it edge-triggered.
 */
#ifndef LINUXEVENTS_PIDFD_H
#define LINUXEVENTS_PIDFD_H

#include "base.h"

#define LXE_HAS_PIDFD 1

/** Flag of lxe_pidfd_open: a thread, by its thread id. Linux 6.9 */
#define LXE_PIDFD_THREAD 0x100u

/* Flags of lxe_pidfd_signal: whom the signal reaches; without one, what the descriptor stands for. Linux 6.9 */
#define LXE_PIDFD_SIGNAL_THREAD 0x1u
#define LXE_PIDFD_SIGNAL_PROCESS 0x2u
#define LXE_PIDFD_SIGNAL_GROUP 0x4u /* the process group that the process leads, or has led: its members */

/* Options of lxe_pidfd_wait. waitid(2) */
#define LXE_WAIT_NOHANG 0x1u         /* look without waiting */
#define LXE_WAIT_STOPPED 0x2u        /* report stops */
#define LXE_WAIT_EXITED 0x4u         /* report the end */
#define LXE_WAIT_CONTINUED 0x8u      /* report continuations */
#define LXE_WAIT_NOWAIT 0x1000000u   /* leave it to be waited for again: do not reap */

/* struct lxe_pidfd_status.code. waitid(2) */
#define LXE_CHILD_EXITED 1
#define LXE_CHILD_KILLED 2
#define LXE_CHILD_DUMPED 3 /* killed, with a core dump */
#define LXE_CHILD_TRAPPED 4
#define LXE_CHILD_STOPPED 5
#define LXE_CHILD_CONTINUED 6

/** What lxe_pidfd_wait reports. */
struct lxe_pidfd_status {
    uint32_t size;       /* sizeof(struct lxe_pidfd_status), set by the caller */
    int32_t pid;         /* 0 when there was nothing to report */
    uint32_t uid;        /* the child's real user */
    int32_t code;        /* LXE_CHILD_... */
    int32_t status;      /* exit code for LXE_CHILD_EXITED, otherwise the signal */
    uint32_t reserved;   /* 0 */
    int64_t user_time;   /* nanoseconds of CPU, of the child and those it has waited for */
    int64_t system_time; /* nanoseconds */
    int64_t max_rss;     /* largest resident size in bytes */
};

/* struct lxe_pidfd_info.valid: which members hold something */
#define LXE_PIDFD_INFO_PID 0x1u      /* pid, tgid, ppid */
#define LXE_PIDFD_INFO_CREDS 0x2u    /* the user and group ids */
#define LXE_PIDFD_INFO_CGROUP 0x4u   /* cgroup_id */
#define LXE_PIDFD_INFO_EXIT 0x8u     /* wait_status; only after somebody reaped the process. Linux 6.15 */

/** What lxe_pidfd_info reports. */
struct lxe_pidfd_info {
    uint32_t size;  /* sizeof(struct lxe_pidfd_info), set by the caller */
    uint32_t valid; /* LXE_PIDFD_INFO_... */
    int32_t pid;
    int32_t tgid;
    int32_t ppid;   /* 0 when the parent is outside this pid namespace */
    uint32_t ruid;
    uint32_t rgid;
    uint32_t euid;
    uint32_t egid;
    uint32_t suid;
    uint32_t sgid;
    uint32_t fsuid;
    uint32_t fsgid;
    int32_t wait_status; /* as wait(2) gives it: exit code << 8, or the signal, with 0x80 for a core dump */
    uint64_t cgroup_id;
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_pidfd_open - makes a descriptor for a running process. pidfd_open(2), Linux 5.3
 * @pid: the process, above 0
 * @flags: LXE_NONBLOCK (Linux 5.10), LXE_PIDFD_THREAD (Linux 6.9), or 0. Always close-on-exec
 *
 * Only a process that can't be reaped meanwhile is surely the one that was meant: one's own child.
 *
 * Return: the descriptor; -ESRCH when there is no such process, -EINVAL for a pid below 1, unknown flags, or (older
 * kernels) a thread that leads no process, -ENOENT for such a thread (newer kernels), -EMFILE, -ENFILE,
 * -ENOSYS before Linux 5.3 or in a sandbox, -EPERM in a sandbox.
 */
LXE_API int32_t lxe_pidfd_open(int32_t pid, uint32_t flags);

/**
 * lxe_pidfd_signal - sends a signal. pidfd_send_signal(2), Linux 5.1
 * @pidfd: the process
 * @signal: its number; 0 sends nothing and only checks
 * @flags: LXE_PIDFD_SIGNAL_..., or 0
 *
 * A process that has ended and was not reaped yet takes any signal without effect.
 *
 * Where the kernel has no flags yet, and in a sandbox that forbids the call, a child of this process that nobody has reaped is
 * signalled by its number, and so is the group that it leads (kill(2)). Nobody may reap it meanwhile. For any other process
 * there is no safe way.
 *
 * Return: 0; -ESRCH when the process has been reaped, or for a group when it has no member; -EPERM, -EBADF, -EINVAL, also for flags
 * before Linux 6.9 where it is no such child, or for LXE_PIDFD_SIGNAL_THREAD; -ENOSYS, -EPERM in a sandbox where it is no such child;
 * by number also -EMFILE, -ENFILE, -ENOMEM.
 */
LXE_API int32_t lxe_pidfd_signal(int32_t pidfd, int32_t signal, uint32_t flags);

/**
 * lxe_pidfd_queue - sends a signal with a value, as sigqueue(3) does. pidfd_send_signal(2), Linux 5.1
 * @pidfd: the process
 * @signal: its number; 0 sends nothing and only checks
 * @value: what the receiver finds in si_value: as sival_ptr all of it (on 32-bit processors the low half), as sival_int the low half
 * @flags: LXE_PIDFD_SIGNAL_..., or 0
 *
 * The receiver's si_code is SI_QUEUE, its si_pid and si_uid are this process and its real user. Real-time signals queue up; of another that is
 * pending already, the second is lost with its value.
 *
 * Return: as lxe_pidfd_signal (by number not to a group: -EINVAL), and -EAGAIN when the receiver's user has as many signals
 * queued as RLIMIT_SIGPENDING allows.
 */
LXE_API int32_t lxe_pidfd_queue(int32_t pidfd, int32_t signal, uint64_t value, uint32_t flags);

/**
 * lxe_pidfd_getfd - copies a descriptor out of another process. pidfd_getfd(2), Linux 5.6
 * @pidfd: the process
 * @fd: the descriptor's number there
 * @flags: 0
 *
 * Needs the right to trace the process (PTRACE_MODE_ATTACH_REALCREDS).
 *
 * Return: a close-on-exec descriptor; -EBADF, -EINVAL, -EMFILE, -ENFILE, -EPERM, -ESRCH, -ENOSYS.
 */
LXE_API int32_t lxe_pidfd_getfd(int32_t pidfd, int32_t fd, uint32_t flags);

/**
 * lxe_pidfd_wait - waits for a child of this process and reaps it. waitid(2), P_PIDFD, Linux 5.4
 * @pidfd: the child
 * @options: LXE_WAIT_...
 * @status: what happened; status->size is set by the caller
 *
 * Blocks unless LXE_WAIT_NOHANG is given. Before Linux 5.4, and in a sandbox that forbids P_PIDFD, it waits by the
 * number that /proc/self/fdinfo tells, where pidfd_send_signal says that it is still the process's.
 *
 * Return: 1 when something is reported, 0 when there is nothing yet (LXE_WAIT_NOHANG); -ECHILD when it is no
 * child of this process or was reaped by somebody else; -EAGAIN for a non-blocking pidfd without
 * LXE_WAIT_NOHANG, -EINTR, -EINVAL (also where there is neither P_PIDFD nor a number), -EBADF, -EFAULT, -E2BIG; by number
 * also -EMFILE, -ENFILE, -ENOMEM.
 */
LXE_API int32_t lxe_pidfd_wait(int32_t pidfd, uint32_t options, struct lxe_pidfd_status *status);

/**
 * lxe_pidfd_info - asks about any process, also one that has ended. PIDFD_GET_INFO, Linux 6.13
 * @pidfd: the process
 * @info: what is known; info->size is set by the caller
 *
 * After the process was reaped, by whomever, info->wait_status holds its status (LXE_PIDFD_INFO_EXIT, Linux 6.15).
 *
 * Return: 0; -ESRCH when the process has been reaped and the kernel keeps no exit information, -ENOTTY
 * before Linux 6.13, -EBADF, -EFAULT, -E2BIG.
 */
LXE_API int32_t lxe_pidfd_info(int32_t pidfd, struct lxe_pidfd_info *info);

#ifdef __cplusplus
}
#endif

#endif
