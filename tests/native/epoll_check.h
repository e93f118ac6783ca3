/* SPDX-License-Identifier: MIT */
/* What the tests of epoll share. */
#ifndef EPOLL_CHECK_H
#define EPOLL_CHECK_H

#include "check.h"

#define CAPACITY 16

static struct lxe_epoll_event events[CAPACITY];

static inline int make_set(void)
{
    int set = lxe_epoll_create(0);
    CHECK(set >= 0);
    return set;
}

static inline int make_counter(uint32_t initial)
{
    int fd = lxe_eventfd_create(initial, LXE_NONBLOCK);
    CHECK(fd >= 0);
    return fd;
}

static inline void drain_counter(int fd)
{
    uint64_t value;
    CHECK_EQ(lxe_eventfd_read(fd, &value), 0);
}

static inline void close_all(int one, int two, int three)
{
    CHECK_EQ(lxe_fd_close_take(one), 0);
    if (two >= 0)
        CHECK_EQ(lxe_fd_close_take(two), 0);
    if (three >= 0)
        CHECK_EQ(lxe_fd_close_take(three), 0);
}

static inline int look(int set)
{
    memset(events, 0xee, sizeof events);
    return lxe_epoll_wait(set, events, CAPACITY, 0, NULL);
}

/* Nothing but this one event is reported. */
static inline void expect(int set, uint32_t wanted, uint64_t data)
{
    CHECK_EQ(look(set), 1);
    CHECK_EQ(events[0].events, wanted);
    CHECK(events[0].data == data);
    CHECK_EQ(events[0].reserved, 0);
}

#endif
