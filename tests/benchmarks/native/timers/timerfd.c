/* SPDX-License-Identifier: MIT */
/* A timerfd for each timer: for few. */
#include "timers.h"
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int epoll_fd, *descriptors;

void timers_start(long timer, int64_t delay)
{
    struct itimerspec time = {{0, 0}, {delay / 1000000000, delay % 1000000000}};
    timerfd_settime(descriptors[timer], 0, &time, NULL);
}

void timers_cancel(long timer)
{
    struct itimerspec none = {0};
    timerfd_settime(descriptors[timer], 0, &none, NULL);
}

void timers_run(void)
{
    for (;;) {
        struct epoll_event event;
        uint64_t ticks;
        if (epoll_wait(epoll_fd, &event, 1, -1) == 1 && read(descriptors[event.data.u32], &ticks, sizeof ticks) > 0 && timers_fired(event.data.u32))
            return;
    }
}

void timers_make(long count)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    descriptors = calloc((size_t)count, sizeof *descriptors);
    for (long i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        descriptors[i] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        if (descriptors[i] < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, descriptors[i], &event) != 0)
            fail("timerfd");
    }
}
