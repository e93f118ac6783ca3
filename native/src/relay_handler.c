/* SPDX-License-Identifier: MIT */
/* The relay's signal handler, and its place among the handlers of others. The protocol stands in relay.c. */
#include "relay.h"

#include <linux/futex.h>
#include <string.h>
#include <ucontext.h>

/** How often somebody may install a handler above ours, and we above that one again. */
#define LEVELS 4

/** Signals that a full mask may lack: the kernel's two, and those that libc keeps for itself. */
#define NEVER_BLOCKED (BIT(SIGKILL) | BIT(SIGSTOP) | BIT(32) | BIT(33) | BIT(34))

/** What was there before a level was installed: the parts of struct sigaction, each readable at any time. */
struct former {
    _Atomic uintptr_t handler;
    _Atomic uint64_t mask;
    _Atomic uint32_t flags;
};

static struct former formers[HIGHEST_SIGNAL + 1][LEVELS + 1];

/** The highest of our levels for each signal, from 1; 0 for none. Written with the lock held. */
static _Atomic uint32_t depths[HIGHEST_SIGNAL + 1];

/** How many of each signal found a subscription. */
static _Atomic uint64_t taken[HIGHEST_SIGNAL + 1];

static void handle(uint32_t level, int signal, siginfo_t *info, void *context);
static void handle_1(int signal, siginfo_t *info, void *context) { handle(1, signal, info, context); }
static void handle_2(int signal, siginfo_t *info, void *context) { handle(2, signal, info, context); }
static void handle_3(int signal, siginfo_t *info, void *context) { handle(3, signal, info, context); }
static void handle_4(int signal, siginfo_t *info, void *context) { handle(4, signal, info, context); }
static void (*const entries[LEVELS + 1])(int, siginfo_t *, void *) = {NULL, handle_1, handle_2, handle_3, handle_4};

static int is_function(uintptr_t handler)
{
    return handler != (uintptr_t)SIG_DFL && handler != (uintptr_t)SIG_IGN;
}

static uintptr_t current_handler(int signal)
{
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 ? (uintptr_t)action.sa_handler : (uintptr_t)SIG_DFL;
}

/** Which of our levels a handler is, or 0. */
static uint32_t level_of(uintptr_t handler)
{
    for (uint32_t level = LEVELS; level > 0; level--)
        if (handler == (uintptr_t)entries[level])
            return level;
    return 0;
}

/** Puts back what was there before a level was installed. */
static void restore(int signal, uint32_t level)
{
    const struct former *former = &formers[signal][level];
    uint64_t mask = former->mask;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    memcpy(&action.sa_mask, &mask, sizeof mask);
    action.sa_handler = (void (*)(int))former->handler;
    action.sa_flags = (int)former->flags;
    sigaction(signal, &action, NULL);
}

/**
 * The level to stand above somebody's handler: the one that did already, if there is one. It is not below him now, or the two would call each
 * other in a circle. So who comes and goes, again and again, takes one level in all.
 */
static uint32_t level_above(int signal, uintptr_t handler)
{
    if (!is_function(handler))
        return 1; /* a default calls none of ours */
    uint32_t level = 1;
    while (level <= depths[signal] && formers[signal][level].handler != handler)
        level++;
    return level;
}

int32_t lxe__relay_install(int signal)
{
    uintptr_t current = current_handler(signal);
    uint32_t level = level_of(current);
    if (level != 0) { /* it may be a lower one: who stood above it has left and taken our upper ones away */
        depths[signal] = level;
        return 0;
    }
    level = level_above(signal, current);
    if (level > LEVELS)
        return -EBUSY;
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    memset(&action.sa_mask, 0xff, sizeof action.sa_mask);
    action.sa_sigaction = entries[level];
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    int32_t error = lxe__result(sigaction(signal, &action, &before));
    if (error < 0)
        return error;
    struct former *former = &formers[signal][level];
    uint64_t mask;
    memcpy(&mask, &before.sa_mask, sizeof mask);
    former->handler = (uintptr_t)before.sa_handler;
    former->mask = mask;
    former->flags = (uint32_t)before.sa_flags;
    depths[signal] = level; /* a handler that is quicker than this finds itself too high, and waits for the lock */
    return 0;
}

enum lxe__left lxe__relay_uninstall(int signal)
{
    uint32_t level = level_of(current_handler(signal));
    if (level == 0)
        return LXE__LEFT_BELOW;
    restore(signal, level);
    depths[signal] = level - 1;
    return is_function(formers[signal][level].handler) ? LXE__LEFT_HANDLER : LXE__LEFT_DEFAULT;
}

int32_t lxe_relay_settle(int32_t signal)
{
    if (signal < 1 || signal > HIGHEST_SIGNAL)
        return -EINVAL;
    int below = 0;
    uint64_t mask = lxe__relay_lock();
    if (lxe__process() == lxe__relay_home && (lxe__relay_wanted() & BIT(signal)) == 0 && depths[signal] > 0 &&
        lxe__relay_uninstall(signal) == LXE__LEFT_BELOW)
        below = is_function(current_handler(signal));
    lxe__relay_unlock(mask);
    return below;
}

int32_t lxe_relay_taken(int32_t signal, uint64_t *count)
{
    if (signal < 1 || signal > HIGHEST_SIGNAL)
        return -EINVAL;
    if (count == NULL)
        return -EFAULT;
    *count = taken[signal];
    return 0;
}

static int32_t send_to_itself(siginfo_t *info)
{
    return lxe__syscall(SYS_rt_tgsigqueueinfo, lxe__process(), lxe__syscall(SYS_gettid), info->si_signo, info);
}

int32_t lxe__relay_raise(siginfo_t *info)
{
    int32_t result = send_to_itself(info);
    if (result != -EAGAIN) /* RLIMIT_SIGPENDING, which all processes of a user share */
        return result;
    siginfo_t plain = {.si_signo = info->si_signo, .si_code = SI_USER}; /* it alone needs no room, and loses its sender and value */
    return send_to_itself(&plain);
}

/** Writes a record into a subscription's pipe, or counts what is lost for want of room: this one, or older ones. */
static void put(struct lxe__subscription *subscription, const struct lxe_signal_info *record)
{
    int32_t length;
    while ((length = lxe__syscall(SYS_write, subscription->write_end, record, sizeof *record)) != sizeof *record) {
        struct lxe_signal_info oldest;
        int drop_oldest = length == -EAGAIN && (subscription->flags & LXE_RELAY_DROP_OLDEST) != 0;
        if (!drop_oldest || lxe__syscall(SYS_read, subscription->read_end, &oldest, sizeof oldest) == sizeof oldest)
            subscription->dropped++;
        if (!drop_oldest)
            return;
    }
}

/** Hands the signal to this process's subscriptions. Return: whether there was one. */
static int deliver(int signal, const siginfo_t *info, int32_t process)
{
    int found = 0;
    const struct lxe_signal_info record = lxe__record_of(info);
    for (uint32_t i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++) {
        struct lxe__subscription *subscription = &lxe__subscriptions[i];
        if (subscription->owner != process)
            continue;
        subscription->users++;
        if (subscription->owner == process && (subscription->signals & BIT(signal)) != 0) {
            if (!found)
                taken[signal]++; /* before anybody can have read it */
            found = 1;
            put(subscription, &record);
        }
        if (--subscription->users == 0 && subscription->owner == 0)
            lxe__syscall(SYS_futex, &subscription->users, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
    }
    return found;
}

/**
 * The kernel has called a level for which there is no subscription. Takes it away if it is still in place.
 * Return: whether the signal is to come again, because another action is in place than the one that was called.
 */
static int step_aside(uint32_t level, int signal, int32_t process)
{
    if (process != lxe__relay_home) { /* not our state; but the actions are this process's own */
        if (current_handler(signal) != (uintptr_t)entries[level])
            return 0;
        restore(signal, level);
        return 1;
    }
    uint64_t mask = lxe__relay_lock();
    uintptr_t current = current_handler(signal);
    uint32_t installed = level_of(current);
    if (installed == level && (lxe__relay_wanted() & BIT(signal)) == 0)
        lxe__relay_uninstall(signal);
    lxe__relay_unlock(mask);
    return installed != 0 || !is_function(current);
}

/**
 * Calls the handler that was there before, under the mask that it would have and without other signals of the relay, of which a
 * burst would nest until an alternate stack is used up. It may not return.
 */
static void chain(uint32_t level, int signal, siginfo_t *info, void *context, uint64_t mask)
{
    struct former *former = &formers[signal][level];
    uint32_t flags = former->flags;
    uintptr_t handler = former->handler;
    if ((flags & (uint32_t)SA_RESETHAND) != 0)
        handler = atomic_exchange(&former->handler, (uintptr_t)SIG_DFL);
    if (!is_function(handler))
        return;
    lxe__set_mask(mask | former->mask | (lxe__relay_wanted() & ~BIT(signal)) | ((flags & SA_NODEFER) != 0 ? 0 : BIT(signal)));
    ((void (*)(int, siginfo_t *, void *))handler)(signal, info, context);
}

static void handle(uint32_t level, int signal, siginfo_t *info, void *context)
{
    int saved_errno = errno; /* only the handler below may change it */
    uint64_t mask = lxe__set_mask(UINT64_MAX); /* somebody who stands above us may call us with less blocked */
    int by_kernel = (mask | NEVER_BLOCKED) == UINT64_MAX;
    uint32_t depth = depths[signal];
    int below = level < depth && current_handler(signal) != (uintptr_t)entries[level];
    int again = 0;
    if (!below) {
        int32_t process = lxe__process();
        int delivered = level <= depth && deliver(signal, info, process);
        again = !delivered && by_kernel && step_aside(level, signal, process) && lxe__relay_raise(info) == 0;
    }
    if (!again) {
        uint64_t interrupted = mask;
        if (by_kernel)
            memcpy(&interrupted, &((const ucontext_t *)context)->uc_sigmask, sizeof interrupted);
        chain(level, signal, info, context, interrupted);
    }
    if (!by_kernel)
        lxe__set_mask(mask);
    errno = saved_errno;
}
