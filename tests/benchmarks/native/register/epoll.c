/* SPDX-License-Identifier: MIT */
/* Registration and removal of an eventfd beside a hundred others. An event is one pair of both. */
#include "../contest.h"
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { COUNT = 100 };

static int epoll_fd, descriptors[COUNT];

static long run(double seconds)
{
    long served = 0;
    for (double end = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9; nanoseconds(CLOCK_MONOTONIC) < end; served += COUNT) {
        for (int i = 0; i < COUNT; i++) {
            struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
            if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, descriptors[i], &event) != 0)
                fail("epoll_ctl");
        }
        for (int i = 0; i < COUNT; i++)
            epoll_ctl(epoll_fd, EPOLL_CTL_DEL, descriptors[i], NULL);
    }
    return served;
}

int main(void)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < COUNT; i++)
        if ((descriptors[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
            fail("eventfd");
    return contest(run);
}
