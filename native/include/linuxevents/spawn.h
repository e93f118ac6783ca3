/* SPDX-License-Identifier: MIT */
/**
 * Starting a program: process id and pidfd in one step, nothing inherited by accident.
 *
 * The child starts with its descriptors 0 to 2 and those listed, and no others; with no signal blocked
 * that was not asked for; with the default action for every signal that was not asked to stay
 * ignored. The calling thread waits until the program has started or failed to, so that a failure is
 * returned here, as the errno value of the step that failed. No page of the caller is copied.
 */
#ifndef LINUXEVENTS_SPAWN_H
#define LINUXEVENTS_SPAWN_H

#include "base.h"

#define LXE_HAS_SPAWN 1

/* struct lxe_spawn_options.flags */
#define LXE_SPAWN_SESSION 0x1u        /* start a session (setsid), and with it a process group */
#define LXE_SPAWN_PROCESS_GROUP 0x2u  /* join the group in process_group, or start one when that is 0 (setpgid) */
#define LXE_SPAWN_TERMINAL 0x4u       /* terminal becomes the controlling terminal; needs LXE_SPAWN_SESSION (TIOCSCTTY) */
#define LXE_SPAWN_DIRECTORY 0x8u      /* directory becomes the working directory, before working_directory (fchdir) */
#define LXE_SPAWN_CGROUP 0x10u        /* join the control group whose directory is cgroup (cgroup.procs) */
#define LXE_SPAWN_UMASK 0x20u         /* umask is the mask of modes (umask) */
#define LXE_SPAWN_NICE 0x40u          /* nice is the priority, -20 to 19 (setpriority) */
#define LXE_SPAWN_GROUPS 0x80u        /* groups are the supplementary groups, perhaps none (setgroups) */
#define LXE_SPAWN_GID 0x100u          /* gid is the real, effective and saved group (setresgid) */
#define LXE_SPAWN_UID 0x200u          /* uid is the real, effective and saved user (setresuid) */

/* struct lxe_spawn_result.step: what failed */
#define LXE_SPAWN_STEP_NONE 0
#define LXE_SPAWN_STEP_OPTIONS 1           /* the options themselves */
#define LXE_SPAWN_STEP_CREATE 2            /* making the process and its descriptor: clone(2) */
#define LXE_SPAWN_STEP_SIGNALS 3           /* sigaction(2) */
#define LXE_SPAWN_STEP_SESSION 4           /* setsid(2) */
#define LXE_SPAWN_STEP_PROCESS_GROUP 5     /* setpgid(2) */
#define LXE_SPAWN_STEP_WORKING_DIRECTORY 6 /* chdir(2) */
#define LXE_SPAWN_STEP_DESCRIPTOR 7        /* dup2(2); index says which of the list */
#define LXE_SPAWN_STEP_CLOSE 8             /* closing all others */
#define LXE_SPAWN_STEP_EXEC 9              /* execve(2) */
#define LXE_SPAWN_STEP_LIMIT 10            /* setrlimit(2); index says which of the list */
#define LXE_SPAWN_STEP_NICE 11             /* setpriority(2) */
#define LXE_SPAWN_STEP_AFFINITY 12         /* sched_setaffinity(2) */
#define LXE_SPAWN_STEP_TERMINAL 13         /* ioctl_tty(2), TIOCSCTTY */
#define LXE_SPAWN_STEP_CGROUP 14           /* writing to cgroup.procs, cgroups(7) */
#define LXE_SPAWN_STEP_CREDENTIALS 15      /* setgroups(2), setresgid(2), setresuid(2) */
#define LXE_SPAWN_STEP_PARENT_DEATH 16     /* prctl(2), PR_SET_PDEATHSIG */

/** One descriptor of the child. */
struct lxe_spawn_fd {
    int32_t source; /* in the caller */
    int32_t target; /* in the child; each number at most once */
};

/** One resource limit of the child. getrlimit(2) */
struct lxe_spawn_limit {
    uint32_t resource; /* RLIMIT_... as this processor numbers them */
    uint32_t reserved; /* 0 */
    uint64_t soft;     /* UINT64_MAX for no limit, also on 32-bit processors */
    uint64_t hard;
};

/** How to start. All memory stays the caller's and is used only during the call. */
struct lxe_spawn_options {
    uint32_t size;                  /* sizeof(struct lxe_spawn_options), set by the caller */
    uint32_t flags;                 /* LXE_SPAWN_... */
    uint64_t signal_mask;           /* the signals that the program starts with blocked; 0 for none */
    uint64_t signal_keep_ignored;   /* which of the signals that the caller ignores the program shall ignore too */
    const char *path;               /* the program: a file, not searched for; if relative, below working_directory */
    const char *const *arguments;   /* argv, the program's own name first; ends with NULL */
    const char *const *environment; /* envp ("NAME=value"), ends with NULL; NULL is an empty environment */
    const char *working_directory;  /* NULL for the caller's */
    const struct lxe_spawn_fd *fds; /* descriptors that the child has beside the caller's 0, 1 and 2, or instead of them */
    uint32_t fd_count;              /* how many are listed there */
    int32_t process_group;          /* LXE_SPAWN_PROCESS_GROUP: the group's id, or 0 for a new group */
    int32_t terminal;               /* LXE_SPAWN_TERMINAL: a descriptor */
    int32_t directory;              /* LXE_SPAWN_DIRECTORY: a descriptor */
    int32_t cgroup;                 /* LXE_SPAWN_CGROUP: a descriptor */
    uint32_t umask;                 /* LXE_SPAWN_UMASK */
    int32_t nice;                   /* LXE_SPAWN_NICE */
    uint32_t uid;                   /* LXE_SPAWN_UID */
    uint32_t gid;                   /* LXE_SPAWN_GID */
    int32_t parent_death_signal;    /* the signal that the child gets when its parent ends, or 0 (PR_SET_PDEATHSIG) */
    const uint32_t *groups;         /* LXE_SPAWN_GROUPS */
    const struct lxe_spawn_limit *limits; /* resource limits other than the caller's */
    const uint64_t *affinity;       /* the processors it may run on: processor n is bit n % 64 of word n / 64. NULL: the caller's */
    uint32_t group_count;           /* how many are listed in groups, */
    uint32_t limit_count;           /* in limits, */
    uint32_t affinity_count;        /* in affinity: words */
    uint32_t reserved;              /* 0 */
};

/** What has come of it. */
struct lxe_spawn_result {
    uint32_t size;  /* sizeof(struct lxe_spawn_result), set by the caller */
    int32_t pid;    /* the child's process id; -1 on failure */
    int32_t pidfd;  /* the child's pidfd, close-on-exec, the caller's to close; -1 on failure, or where
                       neither kernel nor sandbox offers one */
    uint32_t step;  /* LXE_SPAWN_STEP_...: what failed */
    uint32_t index; /* LXE_SPAWN_STEP_DESCRIPTOR: which entry of the list */
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_spawn_start - starts a program. clone(2), execve(2)
 * @options: how
 * @result: the child, or the step that failed; result->size is set by the caller
 *
 * Descriptor lists may swap numbers (1 to 2 and 2 to 1). A source that is listed twice serves twice. A
 * number of 0 to 2 that is not a target stays what it is in the caller, also when it is closed there.
 *
 * Files are looked up and the control group is joined with the caller's rights; the program itself is executed with
 * those of the uid, gid and groups that were asked for. Where these are given, the process is not dumpable while the child
 * starts, and then as before. parent_death_signal comes when the thread ends that called this function, or for a child of
 * the reaper, when the helper does; the kernel forgets it when the program executes one with other rights.
 *
 * The child is the caller's to reap, by lxe_pidfd_wait or waitpid; after a failure there is nothing to
 * reap and no descriptor to close. A signal may end the child before the program has begun: that is no
 * failure but its status, which waitpid gives for such a child only with __WALL.
 *
 * Blocks until the program is started, which takes as long as execve does: for a file on a slow file system,
 * that long. Not async-signal-safe.
 *
 * Return: 0; or the negative errno of the step in result->step: among others -ENOENT, -EACCES, -ENOEXEC, -E2BIG, -ENOTDIR
 * and -ELOOP for the program or directory, -EBADF for a descriptor, -EPERM for a session, group,
 * user or limit, -ENOTTY for a terminal, -EAGAIN or
 * -ENOMEM when no process can be made, -EMFILE or -ENFILE when there is no room for the pidfd, -EINVAL for unknown
 * flags, negative or repeated targets, members that must be 0, or a result too small for a pidfd, -EFAULT for a NULL path, argument list,
 * other list with a count, or result.
 */
LXE_API int32_t lxe_spawn_start(const struct lxe_spawn_options *options, struct lxe_spawn_result *result);

#ifdef __cplusplus
}
#endif

#endif
