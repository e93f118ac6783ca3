/* SPDX-License-Identifier: MIT */
/**
 * The signal relay: signals as a descriptor, in a process whose threads do not block them.
 *
 * A handler writes each signal, with its sender and value, into a pipe for each subscriber. Whatever
 * handler was installed before is called afterwards; a default or ignored action is replaced while a
 * subscription lives. System calls elsewhere go on (SA_RESTART), except those that never do: epoll_wait, poll,
 * nanosleep and the like. The relay keeps number and payload of queued signals, but not their order when
 * several threads take them at once; a signalfd keeps it.
 *
 * Somebody who installs a handler later stands above the relay: it hears what he passes on. He is never taken away;
 * a later subscription goes on top of him again. When the last subscription ends below him, the relay stays
 * and passes on what he calls it with to the handler that was there before it, if there was one.
 *
 * A child of fork has no subscriptions: the former actions are in force there, and lxe_relay_close_take and the
 * like give -EBADF. It must not read its parent's descriptors, whose signals it would take. If the program has
 * several threads it may not open any before execve.
 */
#ifndef LINUXEVENTS_RELAY_H
#define LINUXEVENTS_RELAY_H

#include "base.h"
#include "signal.h"

#define LXE_HAS_RELAY 1

/** How many subscriptions can live at once. */
#define LXE_RELAY_MAX_SUBSCRIPTIONS 64

/**
 * Flag of lxe_relay_open: at the end, what was not read is raised again even though a handler was there before the
 * relay's and has been called for it. For those who kept that handler from having its effect.
 */
#define LXE_RELAY_RAISE_HANDLED 0x100u

/**
 * Flag of lxe_relay_open, with LXE_NONBLOCK: when there is no room for a signal, the oldest that wait make room for it,
 * as many as the pipe needs to (up to 32 at once with pages of 4 KiB), and are counted by lxe_relay_dropped.
 */
#define LXE_RELAY_DROP_OLDEST 0x200u

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_relay_open - subscribes to signals
 * @signals: the set: one or more signals
 * @flags: LXE_NONBLOCK, LXE_RELAY_RAISE_HANDLED, LXE_RELAY_DROP_OLDEST, or 0
 * @capacity: how many signals may wait to be read, 1 or more; rounded up to what a pipe can hold, and
 *            limited by what the system grants (/proc/sys/fs/pipe-max-size and others, see pipe(7)):
 *            lxe_relay_capacity tells
 *
 * From the return on every one of the signals is either read from the descriptor or counted by
 * lxe_relay_dropped, and no longer has its default effect. The descriptor is close-on-exec; do not
 * close it by any other way than lxe_relay_close_take. Not async-signal-safe.
 *
 * Return: a descriptor that is readable when signals wait; -EINVAL for an empty set, unknown flags, LXE_RELAY_DROP_OLDEST alone, or
 * a signal that can't be relayed: SIGKILL and SIGSTOP, the faults SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV and
 * SIGSYS, SIGABRT, those that libc keeps for itself (32 and 33, with musl also 34), and SIGCHLD (children are awaited
 * by pidfd, or the program's other waiters would be robbed); -EBUSY when all subscriptions are taken, or when others have
 * installed themselves above the relay too often (four times, each above the other); -EMFILE, -ENFILE.
 */
LXE_API int32_t lxe_relay_open(uint64_t signals, uint32_t flags, int32_t capacity);

/**
 * lxe_relay_read - takes signals that wait
 * @fd: what lxe_relay_open gave
 * @infos: receives at most @capacity signals
 * @capacity: 1 or more
 *
 * Blocks until there is one, unless opened with LXE_NONBLOCK.
 *
 * Return: how many were taken, 1 or more; -EAGAIN when there is none, -EBADF (also when another thread ends the
 * subscription meanwhile), -EINTR, -EFAULT, -EINVAL.
 */
LXE_API int32_t lxe_relay_read(int32_t fd, struct lxe_signal_info *infos, int32_t capacity);

/**
 * lxe_relay_unread - gives signals back that were read
 * @fd: what lxe_relay_open gave
 * @infos: the signals, as lxe_relay_read gave them
 * @count: how many, 0 or more
 *
 * They can be read again, behind what waits already, or are raised again at the end: for those who read many at once and
 * could not deal with all. What there is no room for is lost and counted by lxe_relay_dropped. Not async-signal-safe.
 *
 * Return: 0; -EBADF when @fd is no subscription, -EINVAL, -EFAULT.
 */
LXE_API int32_t lxe_relay_unread(int32_t fd, const struct lxe_signal_info *infos, int32_t count);

/**
 * lxe_relay_capacity - how many signals can wait in a subscription
 * @fd: what lxe_relay_open gave
 *
 * While a page of the pipe has been read in part, it is less by what has been read of that page: up to 31 with
 * pages of 4 KiB.
 *
 * Return: the number; -EBADF when @fd is no subscription.
 */
LXE_API int32_t lxe_relay_capacity(int32_t fd);

/**
 * lxe_relay_dropped - how many signals a subscription has lost because there was no room for all
 * @fd: what lxe_relay_open gave
 * @count: receives the number since lxe_relay_open
 *
 * Return: 0; -EBADF when @fd is no subscription, -EFAULT.
 */
LXE_API int32_t lxe_relay_dropped(int32_t fd, uint64_t *count);

/**
 * lxe_relay_taken - how many signals of one number the relay has taken for its subscriptions
 * @signal: the number, 1 to 64
 * @count: receives how many since the program began
 *
 * A signal counts once, whether one subscription gets it, many do, or all their pipes are full; and it counts
 * before any of them can read it. One that finds no subscription does not count, nor does what is raised
 * again. So a runtime whose own handler is chained, and acts on a signal later, can tell whether it was for a
 * subscription.
 *
 * Return: 0; -EINVAL for any other number, -EFAULT.
 */
LXE_API int32_t lxe_relay_taken(int32_t signal, uint64_t *count);

/**
 * lxe_relay_settle - takes the relay's handler away where no subscription needs it
 * @signal: the number, 1 to 64
 *
 * As the next signal would. It can't where somebody stands above the relay, who then has nobody below him to bring the default
 * effect about: so a runtime whose handler leaves that to whom it found can tell. Not async-signal-safe.
 *
 * Return: 1 while the relay lies below somebody else's handler without a subscription, otherwise 0; -EINVAL for any other number.
 */
LXE_API int32_t lxe_relay_settle(int32_t signal);

/**
 * lxe_relay_close_take - ends a subscription and closes its descriptor
 * @fd: what lxe_relay_open gave
 *
 * With the last subscription to a signal its former action comes back, unless somebody replaced the
 * handler meanwhile: then the relay stays below him. What was not read, has no other subscriber and had no effect when it
 * came, because the former action is the default, is raised again, in the calling thread and with its sender and value (without
 * them where RLIMIT_SIGPENDING leaves no room): a SIGTERM that nobody read then ends the process. If there was a handler before, it was called when the
 * signal came, and is not called twice (but see LXE_RELAY_RAISE_HANDLED).
 *
 * Waits until no handler uses the subscription any more. What is raised may have any effect, so that this may not
 * return. Not async-signal-safe.
 *
 * Return: how many signals were raised again; -EBADF when @fd is no subscription.
 */
LXE_API int32_t lxe_relay_close_take(int32_t fd);

#ifdef __cplusplus
}
#endif

#endif
