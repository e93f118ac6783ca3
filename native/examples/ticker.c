/* SPDX-License-Identifier: MIT */
/* Prints a line every tenth of a second, five times, from an epoll set with one timer in it. */
#include <linuxevents.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    int32_t set = lxe_epoll_create(0);
    int32_t timer = lxe_timerfd_create(LXE_CLOCK_MONOTONIC, LXE_NONBLOCK);
    int32_t error = lxe_epoll_add(set, timer, LXE_EPOLL_IN, 0);
    if (error == 0)
        error = lxe_timerfd_set(timer, 0, 100000000, 100000000, NULL);

    for (uint64_t ticks = 0; error == 0 && ticks < 5;) {
        struct lxe_epoll_event event;
        uint64_t expirations;
        int32_t count = lxe_epoll_wait(set, &event, 1, LXE_NO_DEADLINE, NULL);
        if (count < 0)
            error = count;
        else if (lxe_timerfd_read(timer, &expirations) == 0)
            printf("tick %llu\n", (unsigned long long)(ticks += expirations));
    }
    if (error != 0)
        fprintf(stderr, "ticker: %s\n", strerror(-error));
    lxe_fd_close_take(timer);
    lxe_fd_close_take(set);
    return error != 0;
}
