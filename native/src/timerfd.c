/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <sys/timerfd.h>
#include <time.h>

_Static_assert(LXE_CLOCK_REALTIME == CLOCK_REALTIME && LXE_CLOCK_MONOTONIC == CLOCK_MONOTONIC, "");
_Static_assert(LXE_CLOCK_BOOTTIME == CLOCK_BOOTTIME && LXE_CLOCK_REALTIME_ALARM == CLOCK_REALTIME_ALARM, "");
_Static_assert(LXE_CLOCK_BOOTTIME_ALARM == CLOCK_BOOTTIME_ALARM, "");
_Static_assert(TFD_CLOEXEC == O_CLOEXEC && TFD_NONBLOCK == O_NONBLOCK, "");

#define NANOSECONDS 1000000000

static struct lxe_uapi_timespec split(int64_t nanoseconds)
{
    return (struct lxe_uapi_timespec){.seconds = nanoseconds / NANOSECONDS, .nanoseconds = nanoseconds % NANOSECONDS};
}

static int64_t join(struct lxe_uapi_timespec time)
{
    return time.seconds * NANOSECONDS + time.nanoseconds;
}

#if __SIZEOF_LONG__ == 8

_Static_assert(sizeof(struct lxe_uapi_itimerspec) == sizeof(struct lxe_uapi_old_itimerspec), "");

static int32_t set_time(int32_t fd, int flags, const struct lxe_uapi_itimerspec *time, struct lxe_uapi_itimerspec *former)
{
    return lxe__syscall(LXE_NR_TIMERFD_SETTIME, fd, flags, time, former);
}

static int32_t get_time(int32_t fd, struct lxe_uapi_itimerspec *time)
{
    return lxe__syscall(LXE_NR_TIMERFD_GETTIME, fd, time);
}

#else

/*
 * 32-bit processors have two calls: one with 32-bit seconds, on every kernel, and one with 64-bit
 * seconds, which kernels before 5.1 lack and sandboxes forbid. The old one serves when everything
 * that goes in fits and nothing comes out that might not, or when the other is refused.
 */
static int fits(struct lxe_uapi_timespec time)
{
    return time.seconds == (long)time.seconds;
}

static struct lxe_uapi_old_timespec narrow(struct lxe_uapi_timespec time)
{
    return (struct lxe_uapi_old_timespec){.seconds = (long)time.seconds, .nanoseconds = (long)time.nanoseconds};
}

static struct lxe_uapi_timespec widen(struct lxe_uapi_old_timespec time)
{
    return (struct lxe_uapi_timespec){.seconds = time.seconds, .nanoseconds = time.nanoseconds};
}

static int32_t set_time(int32_t fd, int flags, const struct lxe_uapi_itimerspec *time, struct lxe_uapi_itimerspec *former)
{
    int narrow_enough = fits(time->value) && fits(time->interval);
    if (former != NULL || !narrow_enough) {
        int32_t result = lxe__syscall(LXE_NR_TIMERFD_SETTIME64, fd, flags, time, former);
        if (!lxe__refused(result) || !narrow_enough)
            return result;
    }
    struct lxe_uapi_old_itimerspec old = {.interval = narrow(time->interval), .value = narrow(time->value)}, old_former;
    int32_t result = lxe__syscall(LXE_NR_TIMERFD_SETTIME, fd, flags, &old, former == NULL ? NULL : &old_former);
    if (former != NULL && result == 0)
        *former = (struct lxe_uapi_itimerspec){.interval = widen(old_former.interval), .value = widen(old_former.value)};
    return result;
}

static int32_t get_time(int32_t fd, struct lxe_uapi_itimerspec *time)
{
    int32_t result = lxe__syscall(LXE_NR_TIMERFD_GETTIME64, fd, time);
    if (!lxe__refused(result))
        return result;
    struct lxe_uapi_old_itimerspec old;
    result = lxe__syscall(LXE_NR_TIMERFD_GETTIME, fd, &old);
    if (result == 0)
        *time = (struct lxe_uapi_itimerspec){.interval = widen(old.interval), .value = widen(old.value)};
    return result;
}

#endif

int32_t lxe_timerfd_create(int32_t clock, uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    return lxe__syscall(SYS_timerfd_create, clock, lxe__descriptor_flags(flags));
}

int32_t lxe_timerfd_set(int32_t fd, uint32_t flags, int64_t value, int64_t interval, struct lxe_timerfd_setting *former)
{
    if ((flags & ~(LXE_TIMERFD_ABSOLUTE | LXE_TIMERFD_CANCEL_ON_SET)) != 0)
        return -EINVAL;
    int kernel_flags = ((flags & LXE_TIMERFD_ABSOLUTE) != 0 ? TFD_TIMER_ABSTIME : 0) |
                       ((flags & LXE_TIMERFD_CANCEL_ON_SET) != 0 ? LXE_UAPI_TFD_TIMER_CANCEL_ON_SET : 0);
    struct lxe_uapi_itimerspec time = {.interval = split(interval), .value = split(value)}, before;
    if (former == NULL)
        return set_time(fd, kernel_flags, &time, NULL);
    int32_t result = set_time(fd, kernel_flags, &time, &before);
    if (result == 0)
        *former = (struct lxe_timerfd_setting){.value = join(before.value), .interval = join(before.interval)};
    return result;
}

int32_t lxe_timerfd_get(int32_t fd, struct lxe_timerfd_setting *setting)
{
    if (setting == NULL)
        return -EFAULT;
    struct lxe_uapi_itimerspec time;
    int32_t result = get_time(fd, &time);
    if (result == 0)
        *setting = (struct lxe_timerfd_setting){.value = join(time.value), .interval = join(time.interval)};
    return result;
}

int32_t lxe_timerfd_read(int32_t fd, uint64_t *expirations)
{
    return lxe__read_counter(fd, expirations);
}
