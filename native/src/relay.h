/* SPDX-License-Identifier: MIT */
/** What the parts of the relay share: subscriptions (relay.c), the handler (relay_handler.c), records (relay_record.c). */
#ifndef LXE_RELAY_H
#define LXE_RELAY_H

#include "internal.h"

#include <signal.h>
#include <stdatomic.h>

#define BIT(signal) (UINT64_C(1) << ((signal) - 1))
#define HIGHEST_SIGNAL 64

/** One subscription. What is not atomic is written only while no handler may use it. */
struct lxe__subscription {
    _Atomic int32_t owner;    /* the process that has it; 0: nobody, and no handler may use it */
    _Atomic uint32_t users;   /* how many handlers use it at this moment */
    _Atomic int32_t read_end; /* the caller's descriptor */
    _Atomic int32_t capacity;
    _Atomic uint64_t dropped;
    _Atomic uint64_t signals; /* also read by handlers that do not use it */
    int32_t write_end;
    uint32_t flags;
};

LXE_INTERNAL extern struct lxe__subscription lxe__subscriptions[LXE_RELAY_MAX_SUBSCRIPTIONS];

/** The process that opened last: in any other one (the child of a fork) the state here is not its own. */
LXE_INTERNAL extern _Atomic int32_t lxe__relay_home;

/** Which signals this process has subscribed to; without the lock held, as it is about this time. */
LXE_INTERNAL uint64_t lxe__relay_wanted(void);

/** Blocks every signal in this thread, then takes the lock. Return: the former mask, for lxe__relay_unlock. */
LXE_INTERNAL uint64_t lxe__relay_lock(void);
LXE_INTERNAL void lxe__relay_unlock(uint64_t former);

/** Makes the relay's handler the action for a signal, unless it is. With the lock held. Return: 0 or a negative errno. */
LXE_INTERNAL int32_t lxe__relay_install(int signal);

/** What has become of a signal's action. */
enum lxe__left {
    LXE__LEFT_BELOW,   /* somebody replaced ours: it stays below his */
    LXE__LEFT_HANDLER, /* the handler that was there before is back; it has been called for all that came */
    LXE__LEFT_DEFAULT, /* there was none: nothing has happened for all that came */
};

/** Gives the former action back, unless somebody replaced ours. With the lock held. */
LXE_INTERNAL enum lxe__left lxe__relay_uninstall(int signal);

/** Sends a signal to this thread as it was, or plain where no more may be queued. Return: 0 or a negative errno. */
LXE_INTERNAL int32_t lxe__relay_raise(siginfo_t *info);

/** The same signal in both forms, as the kernel fills in what signalfd reads. */
LXE_INTERNAL struct lxe_signal_info lxe__record_of(const siginfo_t *info);
LXE_INTERNAL siginfo_t lxe__info_of(const struct lxe_signal_info *record);

static inline int32_t lxe__process(void)
{
    return lxe__syscall(SYS_getpid);
}

/** Sets this thread's mask by the kernel's own call. Return: the former mask. */
static inline uint64_t lxe__set_mask(uint64_t mask)
{
    uint64_t former = 0;
    lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &former, LXE_UAPI_SIGSET_SIZE);
    return former;
}

#endif
