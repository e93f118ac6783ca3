/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

_Static_assert(LXE_EPOLL_IN == EPOLLIN && LXE_EPOLL_PRI == EPOLLPRI && LXE_EPOLL_OUT == EPOLLOUT, "");
_Static_assert(LXE_EPOLL_ERR == EPOLLERR && LXE_EPOLL_HUP == EPOLLHUP && LXE_EPOLL_RDHUP == EPOLLRDHUP, "");
_Static_assert(LXE_EPOLL_RDNORM == EPOLLRDNORM && LXE_EPOLL_RDBAND == EPOLLRDBAND, "");
_Static_assert(LXE_EPOLL_WRNORM == EPOLLWRNORM && LXE_EPOLL_WRBAND == EPOLLWRBAND, "");
_Static_assert(LXE_EPOLL_MSG == EPOLLMSG && LXE_EPOLL_WAKEUP == EPOLLWAKEUP, "");
_Static_assert(LXE_EPOLL_ONESHOT == EPOLLONESHOT && LXE_EPOLL_ET == (uint32_t)EPOLLET, "");
_Static_assert(EPOLL_CLOEXEC == O_CLOEXEC, "");
_Static_assert(sizeof(struct lxe_epoll_event) == 16, "one layout on every processor");
_Static_assert(sizeof(struct epoll_event) <= sizeof(struct lxe_epoll_event), "events are expanded in place");

#define NANOSECONDS 1000000000

int32_t lxe_epoll_create(uint32_t flags)
{
    if ((flags & ~LXE_INHERIT) != 0)
        return -EINVAL;
    return lxe__syscall(SYS_epoll_create1, lxe__descriptor_flags(flags));
}

static int32_t control(int32_t epoll_fd, int operation, int32_t fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};
    return lxe__syscall(SYS_epoll_ctl, epoll_fd, operation, fd, &event);
}

int32_t lxe_epoll_add(int32_t epoll_fd, int32_t fd, uint32_t events, uint64_t data)
{
    return control(epoll_fd, EPOLL_CTL_ADD, fd, events, data);
}

int32_t lxe_epoll_mod(int32_t epoll_fd, int32_t fd, uint32_t events, uint64_t data)
{
    return control(epoll_fd, EPOLL_CTL_MOD, fd, events, data);
}

int32_t lxe_epoll_del(int32_t epoll_fd, int32_t fd)
{
    return control(epoll_fd, EPOLL_CTL_DEL, fd, 0, 0);
}

/*
 * Turns the kernel's events at the start of the buffer into ours, in place and from the last to the
 * first: each of ours covers only places whose events were moved already. Where the kernel's
 * are as large as ours (everywhere but on x86-64), this only clears `reserved`.
 */
static int32_t expand(struct lxe_epoll_event *events, int32_t count)
{
    for (int32_t i = count; i-- > 0;) {
        struct epoll_event event;
        memcpy(&event, (const char *)events + (size_t)i * sizeof event, sizeof event);
        events[i] = (struct lxe_epoll_event){.events = event.events, .data = event.data.u64};
    }
    return count;
}

/* timeout: -1 for ever, 0 to look without waiting. */
static int32_t wait_plainly(int32_t epoll_fd, struct lxe_epoll_event *events, int32_t capacity, int timeout,
                            const uint64_t *signal_mask)
{
    return expand(events, lxe__syscall(SYS_epoll_pwait, epoll_fd, events, capacity, timeout, signal_mask,
                                              LXE_UAPI_SIGSET_SIZE));
}

static int64_t until(int64_t deadline)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return deadline - ((int64_t)now.tv_sec * NANOSECONDS + now.tv_nsec);
}

/*
 * ppoll has nanoseconds on every kernel, and an epoll set is readable when it has events. Looks before
 * each sleep: a wrong descriptor or capacity is refused at once, and an event that another thread took
 * between the two calls sends us back to sleep.
 */
static int32_t wait_by_ppoll(int32_t epoll_fd, struct lxe_epoll_event *events, int32_t capacity, int64_t deadline,
                             const uint64_t *signal_mask)
{
    for (;;) {
        int32_t count = wait_plainly(epoll_fd, events, capacity, 0, signal_mask);
        if (count != 0)
            return count;
        int64_t rest = until(deadline);
        if (rest <= 0)
            return 0;
        int64_t seconds = rest / NANOSECONDS;
        struct lxe_uapi_old_timespec timeout = {
            .seconds = seconds > LONG_MAX ? LONG_MAX : (long)seconds, /* 32 bits: 68 years, and then again */
            .nanoseconds = (long)(rest % NANOSECONDS),
        };
        struct pollfd set = {.fd = epoll_fd, .events = POLLIN};
        int32_t result = lxe__syscall(SYS_ppoll, &set, 1, &timeout, signal_mask, LXE_UAPI_SIGSET_SIZE);
        if (result < 0)
            return result;
    }
}

int32_t lxe_epoll_wait(int32_t epoll_fd, struct lxe_epoll_event *events, int32_t capacity, int64_t deadline,
                       const uint64_t *signal_mask)
{
    if (events == NULL)
        return -EFAULT;
    if (deadline == LXE_NO_DEADLINE)
        return wait_plainly(epoll_fd, events, capacity, -1, signal_mask);
    int64_t rest = deadline > 0 ? until(deadline) : 0;
    if (rest <= 0)
        return wait_plainly(epoll_fd, events, capacity, 0, signal_mask);
    if (lxe__feature_enabled(LXE_FEATURE_EPOLL_PWAIT2)) {
        struct lxe_uapi_timespec timeout = {.seconds = rest / NANOSECONDS, .nanoseconds = rest % NANOSECONDS};
        int32_t count = lxe__syscall(LXE_NR_EPOLL_PWAIT2, epoll_fd, events, capacity, &timeout, signal_mask,
                                            LXE_UAPI_SIGSET_SIZE);
        if (!lxe__refused(count))
            return expand(events, count);
    }
    return wait_by_ppoll(epoll_fd, events, capacity, deadline, signal_mask);
}

int32_t lxe_epoll_get_params(int32_t epoll_fd, struct lxe_epoll_params *params)
{
    int32_t size = lxe__struct_size(params, sizeof *params);
    if (size < 0)
        return size;
    int32_t missing = lxe__feature_check(LXE_FEATURE_EPOLL_PARAMS);
    if (missing != 0)
        return missing;
    struct lxe_uapi_epoll_params kernels = {0};
    int32_t result = lxe__syscall(SYS_ioctl, epoll_fd, LXE_UAPI_EPIOCGPARAMS, &kernels);
    if (result < 0)
        return result;
    const struct lxe_epoll_params own = {
        .busy_poll_usecs = kernels.busy_poll_usecs,
        .busy_poll_budget = kernels.busy_poll_budget,
        .prefer_busy_poll = kernels.prefer_busy_poll,
    };
    lxe__struct_give(params, &own, size);
    return 0;
}

int32_t lxe_epoll_set_params(int32_t epoll_fd, const struct lxe_epoll_params *params)
{
    struct lxe_epoll_params own = {0};
    int32_t size = lxe__struct_size(params, sizeof own);
    if (size < 0)
        return size;
    int32_t missing = lxe__feature_check(LXE_FEATURE_EPOLL_PARAMS);
    if (missing != 0)
        return missing;
    memcpy(&own, params, (size_t)size);
    const struct lxe_uapi_epoll_params kernels = {
        .busy_poll_usecs = own.busy_poll_usecs,
        .busy_poll_budget = own.busy_poll_budget,
        .prefer_busy_poll = own.prefer_busy_poll,
        .pad = own.reserved,
    };
    return lxe__syscall(SYS_ioctl, epoll_fd, LXE_UAPI_EPIOCSPARAMS, &kernels);
}
