/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

static int epoll_fd, timer_fd;

void chain_watch(void)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event timer = {.events = EPOLLIN | EPOLLET, .data.u32 = UINT32_MAX};
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &timer) != 0)
        fail("epoll");
    for (int i = 0; i < chain_count; i++) {
        struct epoll_event event = {.events = EPOLLIN | (chain_edge ? (uint32_t)EPOLLET : 0), .data.u32 = (uint32_t)i};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, chain_reader(i), &event) != 0)
            fail("epoll_ctl");
    }
}

void chain_run(double seconds)
{
    static struct epoll_event events[512];
    struct itimerspec due = {.it_value = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)}};
    timerfd_settime(timer_fd, 0, &due, NULL);
    for (bool ended = false; !ended;) {
        int ready = epoll_wait(epoll_fd, events, 512, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u32 == UINT32_MAX)
                ended = true;
            else
                chain_pass((int)events[i].data.u32);
        }
    }
}
