/* SPDX-License-Identifier: MIT */
/** What the parts of the reaper share: its life (reaper.c), requests (reaper_request.c), the helper (reaper_helper.c), children (reaper_slot.c). */
#ifndef LXE_REAPER_H
#define LXE_REAPER_H

#include "lock.h"
#include "spawn.h"

#include <signal.h>

/** Who may ask: what of a process its children have and can't be given afterwards. */
struct lxe__identity {
    uint32_t ids[6]; /* real, effective and saved user, then group */
    int32_t group_count;
    uint32_t groups; /* a hash of the supplementary ones */
    int32_t no_new_privileges;
    uint32_t capabilities[6];
};

/** What the helper is to do. One at a time, with the lock held. */
enum lxe__request { LXE__REQUEST_SPAWN, LXE__REQUEST_SIGNAL };

/** What a message is: part of a request's descriptors, the last of them and the order to go, or the order to forget them. */
enum lxe__message { LXE__MESSAGE_PART, LXE__MESSAGE_LAST, LXE__MESSAGE_FORGET };

/** How many descriptors one message can carry (SCM_MAX_FD). */
#define LXE__MESSAGE_FDS 253

/** The one reaper of this process. Program and helper have the same memory. */
struct lxe__reaper {
    _Atomic int32_t owner;     /* the process in which lxe_reaper_run runs, or 0 */
    _Atomic int32_t ready;     /* the same while its helper takes requests, or 0: in a copy of the process it is another's */
    _Atomic uint32_t lock;     /* over the socket and the request */
    _Atomic uint32_t answered; /* whether the helper has answered, or never will */
    _Atomic int32_t pid;       /* of the helper */
    _Atomic uint64_t orphans;
    int32_t socket;            /* the program's end */
    int32_t helper_socket;
    int32_t changes;
    uint32_t flags;
    int close_range;           /* whether close_range(2) is to be had */
    int32_t session;           /* of the helper, */
    int32_t process_group;     /* its group */
    struct lxe__identity identity;

    enum lxe__request request;
    struct lxe__spawn *spawn;  /* LXE__REQUEST_SPAWN */
    uint64_t child;            /* its answer, or LXE__REQUEST_SIGNAL */
    int32_t signal;
    uint32_t signal_flags;
    const siginfo_t *signal_info; /* what comes with it, or NULL */
    int32_t result;
};

LXE_INTERNAL extern struct lxe__reaper lxe__reaper;

/** Blocks every signal and takes the lock. Return: the former mask, for lxe__reaper_leave. */
static inline uint64_t lxe__reaper_enter(void)
{
    const uint64_t all = UINT64_MAX;
    uint64_t former;
    lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &former, LXE_UAPI_SIGSET_SIZE);
    lxe__lock(&lxe__reaper.lock);
    return former;
}

static inline void lxe__reaper_leave(uint64_t former)
{
    lxe__unlock(&lxe__reaper.lock);
    lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, NULL, LXE_UAPI_SIGSET_SIZE);
}

/** Whether this process has a helper that takes requests. Before the lock too: in a copy of the process it is never free. */
static inline int lxe__reaper_is_ready(void)
{
    return lxe__reaper.ready == lxe__syscall(SYS_getpid);
}

#define LXE__GROUPS 4096 /* of the supplementary ones, all up to that many are compared */

/** @groups: room for LXE__GROUPS of them, which the stack of a thread that asks may not have */
LXE_INTERNAL void lxe__identity_read(struct lxe__identity *identity, uint32_t *groups);

/** The helper's whole life, as clone(2) wants it. */
LXE_INTERNAL int lxe__reaper_helper(void *unused);

/** Makes room for children, once in a process. Return: 0, or a negative errno. */
LXE_INTERNAL int32_t lxe__slots_map(void);

/** The helper: takes a slot for a child that runs from now on. Return: its handle, or 0. */
LXE_INTERNAL uint64_t lxe__slot_take(void);

/** The helper: gives a slot back whose child was never born, or notes the child's process id. */
LXE_INTERNAL void lxe__slot_cancel(uint64_t child);
LXE_INTERNAL void lxe__slot_born(uint64_t child, int32_t pid);

/** The helper: the process id of a child that was not reaped, or a negative errno. */
LXE_INTERNAL int32_t lxe__slot_pid(uint64_t child);

/**
 * lxe__slot_group - the helper: the group that a child leads, or has led
 *
 * Return: its number, which is still that group's; -ESRCH, -EBADF.
 */
LXE_INTERNAL int32_t lxe__slot_group(uint64_t child);

/** The helper: publishes what happened to a process; a stop, or the end. Return: whether it is a child that has a slot. */
LXE_INTERNAL int lxe__slot_publish(const struct lxe_pidfd_status *status, int ended);

/** Without a helper: nobody knows any more what becomes of those that run. */
LXE_INTERNAL void lxe__slots_lose(void);

#endif
