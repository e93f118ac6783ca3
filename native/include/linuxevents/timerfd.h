/* SPDX-License-Identifier: MIT */
/** timerfd: time as a descriptor. timerfd_create(2) */
#ifndef LINUXEVENTS_TIMERFD_H
#define LINUXEVENTS_TIMERFD_H

#include "base.h"

#define LXE_HAS_TIMERFD 1

/* Clocks, as the kernel numbers them. clock_gettime(2) */
#define LXE_CLOCK_REALTIME 0
#define LXE_CLOCK_MONOTONIC 1
#define LXE_CLOCK_BOOTTIME 7       /* goes on while the system sleeps. Linux 3.15 for timerfd */
#define LXE_CLOCK_REALTIME_ALARM 8 /* wakes a sleeping system; needs CAP_WAKE_ALARM. Linux 3.11 */
#define LXE_CLOCK_BOOTTIME_ALARM 9 /* wakes a sleeping system; needs CAP_WAKE_ALARM. Linux 3.11 */

/** Flag of lxe_timerfd_set: @value is a time on the clock, not a span from now. */
#define LXE_TIMERFD_ABSOLUTE 0x100u

/**
 * Flag of lxe_timerfd_set, with LXE_TIMERFD_ABSOLUTE on a real-time clock: when somebody sets the clock,
 * a read gives -ECANCELED. That is a notice, not a fault: the timer goes on.
 */
#define LXE_TIMERFD_CANCEL_ON_SET 0x200u

/** How a timer is set. */
struct lxe_timerfd_setting {
    int64_t value;    /* nanoseconds until it expires; 0 when it is disarmed, or due at this moment */
    int64_t interval; /* nanoseconds from one expiration to the next; 0 when there is only one */
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_timerfd_create - makes a disarmed timer
 * @clock: LXE_CLOCK_...
 * @flags: LXE_INHERIT, LXE_NONBLOCK, or 0
 *
 * Return: the descriptor; -EINVAL for an unknown clock or flag, -EPERM for an alarm clock without
 * CAP_WAKE_ALARM, -EMFILE, -ENFILE, -ENODEV, -ENOMEM.
 */
LXE_API int32_t lxe_timerfd_create(int32_t clock, uint32_t flags);

/**
 * lxe_timerfd_set - arms or disarms the timer. timerfd_settime(2)
 * @fd: the timer
 * @flags: LXE_TIMERFD_ABSOLUTE, LXE_TIMERFD_CANCEL_ON_SET, or 0
 * @value: nanoseconds until the first expiration, or with LXE_TIMERFD_ABSOLUTE the time of it; 0 disarms
 *         (for "at once" pass 1); an absolute time that is past expires at once
 * @interval: nanoseconds between expirations, 0 for a single one
 * @former: receives the former setting when 0 is returned, or NULL
 *
 * Return: 0; -EINVAL for negative times, unknown flags or a descriptor that is no timer, -ECANCELED when
 * the clock was set since (the timer is armed all the same), -EBADF.
 */
LXE_API int32_t lxe_timerfd_set(int32_t fd, uint32_t flags, int64_t value, int64_t interval,
                                struct lxe_timerfd_setting *former);

/**
 * lxe_timerfd_get - says how the timer stands. timerfd_gettime(2)
 * @fd: the timer
 * @setting: receives the time that is left and the interval
 *
 * Return: 0; -EBADF, -EFAULT, -EINVAL when @fd is no timer.
 */
LXE_API int32_t lxe_timerfd_get(int32_t fd, struct lxe_timerfd_setting *setting);

/**
 * lxe_timerfd_read - takes the expirations since the last read or setting
 * @fd: the timer
 * @expirations: receives their number, above 0
 *
 * Blocks until one, unless the timer is non-blocking.
 *
 * Return: 0; -EAGAIN when there is none, -ECANCELED (LXE_TIMERFD_CANCEL_ON_SET), -EINTR, -EBADF,
 * -EFAULT, -EINVAL when @fd is no timer.
 */
LXE_API int32_t lxe_timerfd_read(int32_t fd, uint64_t *expirations);

#ifdef __cplusplus
}
#endif

#endif
