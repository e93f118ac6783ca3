/* SPDX-License-Identifier: MIT */
/**
 * The reaper: a helper process that starts programs for this one and keeps their statuses.
 *
 * For where lxe_spawn_start does not serve: where there is no pidfd to await a child by, or where somebody else in
 * this process takes the status of every child (a runtime as process 1, or with SIGCHLD ignored). Works on any kernel
 * since 3.10, and needs no SIGCHLD handler and no thread per child.
 *
 * The children are the helper's: that is what getppid() tells them, and no wait in this process finds them. In all else
 * they start as children of the calling thread: its resource limits, priority, affinity, process group, working
 * directory and umask are handed down. Its control group is not: the helper's is. A path below /proc/self/fd is the helper's.
 *
 * The helper ends with the process: at its exit, its death by any signal, or its execve. Its children live on. Start it
 * after whatever changes what it would hand down and cannot set later: user and group ids, capabilities, session, namespaces,
 * seccomp filters. And after fork: a copy of the process has no reaper, and one that lives on without execve keeps
 * the helper of the original alive. While the helper lives, an execve in this very process gains no rights from a
 * set-user-id program, as it shares its working directory (not so in children): stop it before. After an
 * execve the ended helper stays a zombie of the new program.
 */
#ifndef LINUXEVENTS_REAPER_H
#define LINUXEVENTS_REAPER_H

#include "base.h"
#include "pidfd.h"
#include "spawn.h"

#define LXE_HAS_REAPER 1

/** How many children that were not released there can be at once. */
#define LXE_REAPER_MAX_CHILDREN 65536

/** Flag of lxe_reaper_run: orphans of the children become the helper's too (PR_SET_CHILD_SUBREAPER). Linux 3.4 */
#define LXE_REAPER_ORPHANS 0x1u

/** A child of the reaper. */
struct lxe_reaper_child {
    uint32_t size;  /* sizeof(struct lxe_reaper_child), set by the caller */
    int32_t pid;    /* its process id; -1 on failure. Another process may have it once the child has ended */
    uint64_t child; /* its handle until lxe_reaper_release, never 0; 0 on failure */
    uint32_t step;  /* LXE_SPAWN_STEP_...: what failed */
    uint32_t index; /* LXE_SPAWN_STEP_DESCRIPTOR: which entry of the list */
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_reaper_run - starts the helper and stays until it has ended
 * @flags: LXE_REAPER_ORPHANS, or 0
 * @changes: an eventfd, or -1: 1 is added when the helper is ready, whenever a child has ended, stopped or
 *           continued, and before this function returns, for whatever reason. Keep it open until then
 *
 * For a thread of its own: it is parked here, with signals blocked, in a plain wait for the helper. Another thread reads
 * @changes once, and lxe_reaper_pid then tells whether the helper is ready. A loop watches @changes edge-triggered and need
 * not read it.
 *
 * When the helper has ended, the children that live have no status any more (-ECHILD), and the reaper can be run again.
 * Blocks. Not async-signal-safe.
 *
 * Return: 0 after lxe_reaper_stop; -EOWNERDEAD when the helper was killed; -EBUSY when there is one already; -EBADF for
 * @changes that is not open; -EINVAL for unknown flags, or where the kernel (an emulator's) can't make such a process; -EAGAIN,
 * -ENOMEM, -EMFILE, -ENFILE.
 */
LXE_API int32_t lxe_reaper_run(uint32_t flags, int32_t changes);

/**
 * lxe_reaper_pid - the helper's process id, which is its children's parent
 *
 * Return: the id; -ESRCH when there is none that is ready.
 */
LXE_API int32_t lxe_reaper_pid(void);

/**
 * lxe_reaper_stop - makes the helper end, as the end of the process would
 *
 * Does not wait: lxe_reaper_run returns when it has ended. Blocks while another thread spawns or signals. Not async-signal-safe.
 *
 * Return: 0, or -ESRCH when there is none.
 */
LXE_API int32_t lxe_reaper_stop(void);

/**
 * lxe_reaper_spawn - starts a program as lxe_spawn_start does, as a child of the helper
 * @options: how
 * @result: the child, or the step that failed; result->size is set by the caller
 *
 * The helper starts one program after the other and does nothing else meanwhile: this blocks until it has started those that
 * were asked for before, and then this one. Not async-signal-safe.
 *
 * Return: 0; or the negative errno of the step in result->step, as lxe_spawn_start has it; and -ESRCH when there is no
 * helper, -EPERM when it has other credentials or another session than the calling thread, -EAGAIN when
 * LXE_REAPER_MAX_CHILDREN were not released, -ETOOMANYREFS when too many descriptors are under way between processes.
 */
LXE_API int32_t lxe_reaper_spawn(const struct lxe_spawn_options *options, struct lxe_reaper_child *result);

/**
 * lxe_reaper_wait - waits until something happens to a child, or only looks
 * @child: its handle
 * @options: LXE_WAIT_EXITED, LXE_WAIT_STOPPED, LXE_WAIT_CONTINUED, one or more
 * @deadline: until when, in nanoseconds of CLOCK_MONOTONIC; 0 only looks; LXE_NO_DEADLINE
 * @status: what happened; status->size is set by the caller
 *
 * The end is reported as often as it is asked for, by any number of threads; a stop or continuation once, and only the
 * latest of them.
 *
 * Blocks until the deadline.
 *
 * Return: 1 when something is reported, 0 when nothing is; -ECHILD when nobody can know, because the helper ended before the
 * child; -EBADF for a handle that is none or was released, -EINTR, -EINVAL for other options or none, -EFAULT, -E2BIG.
 */
LXE_API int32_t lxe_reaper_wait(uint64_t child, uint32_t options, int64_t deadline, struct lxe_pidfd_status *status);

/**
 * lxe_reaper_signal - sends a signal to a child or its group, and never to others with their number
 * @child: its handle
 * @signal: its number; 0 sends nothing and only checks
 * @flags: LXE_PIDFD_SIGNAL_GROUP for the process group that the child leads; LXE_PIDFD_SIGNAL_PROCESS, or 0, for the child
 *
 * A group can be signalled also when the child has ended, until its handle is released: as long as an orphan of the child's that the helper
 * has taken over (LXE_REAPER_ORPHANS) is a member of it. Then the number is not free, and the group is what it was.
 *
 * The helper sends it, whose process id is the sender's. Blocks as lxe_reaper_spawn does. Not async-signal-safe.
 *
 * Return: 0; -ESRCH when the child has ended, when its group has no such member, or when there is no helper; -EBADF, -EPERM, -EINVAL.
 */
LXE_API int32_t lxe_reaper_signal(uint64_t child, int32_t signal, uint32_t flags);

/**
 * lxe_reaper_queue - sends a signal with a value to a child, as lxe_pidfd_queue does
 * @child: its handle
 * @signal: its number; 0 sends nothing and only checks
 * @value: what the receiver finds in si_value, as lxe_pidfd_queue has it
 *
 * The sender is this process, not the helper. Blocks as lxe_reaper_spawn does. Not async-signal-safe.
 *
 * Return: as lxe_reaper_signal, and -EAGAIN when the child's user has as many signals queued as RLIMIT_SIGPENDING allows.
 */
LXE_API int32_t lxe_reaper_queue(uint64_t child, int32_t signal, uint64_t value);

/**
 * lxe_reaper_release - gives a handle up
 * @child: a handle, which no other thread uses any more
 *
 * A child that lives goes on, and is reaped when it ends.
 *
 * Return: 0, or -EBADF for a handle that is none or was released.
 */
LXE_API int32_t lxe_reaper_release(uint64_t child);

/**
 * lxe_reaper_orphans - how many processes other than its children the helper has reaped, by LXE_REAPER_ORPHANS
 * @count: receives the number since the process began
 *
 * Return: 0, or -EFAULT.
 */
LXE_API int32_t lxe_reaper_orphans(uint64_t *count);

#ifdef __cplusplus
}
#endif

#endif
