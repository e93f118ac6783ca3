/* SPDX-License-Identifier: MIT */
/*
 * What the receivers of signals share: the round trip, and the flood (argument "flood"): then the program says "ready" and takes what
 * comes, and answers each line of input by how many signals it has taken, how many it knows to have dropped, and whether their values came in order.
 */
#pragma once
#include "../contest.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define SIGNAL (SIGRTMIN + 1)

static volatile long dropped;
static int source, epoll_fd;

static long round_trips(double seconds)
{
    long served = 0;
    struct signalfd_siginfo info;
    struct epoll_event event;
    for (double end = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9; nanoseconds(CLOCK_MONOTONIC) < end; served++) {
        if (sigqueue(getpid(), SIGNAL, (union sigval){.sival_int = (int)served}) != 0)
            fail("sigqueue");
        while (epoll_wait(epoll_fd, &event, 1, -1) != 1)
            ;
        if (read(source, &info, sizeof info) != sizeof info || info.ssi_int != (int)served)
            fail("read");
    }
    return served;
}

static int receive_flood(void)
{
    long taken = 0, last = -1;
    int ordered = 1;
    struct signalfd_siginfo infos[32];
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    for (;;) {
        struct pollfd fds[2] = {{.fd = epoll_fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents != 0) {
            ssize_t length = read(source, infos, sizeof infos);
            for (ssize_t i = 0; i < length / (ssize_t)sizeof infos[0]; i++, taken++) {
                ordered &= infos[i].ssi_int > last;
                last = infos[i].ssi_int;
            }
        } else if (fds[1].revents != 0) {
            if (fgets(line, sizeof line, stdin) == NULL)
                return 0;
            printf("%ld %ld %d\n", taken, dropped, ordered);
        }
    }
}

static int play(int argc, char **argv, int fd)
{
    source = fd;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, source, &event) != 0)
        fail("epoll_ctl");
    return argc > 1 && strcmp(argv[1], "flood") == 0 ? receive_flood() : contest(round_trips);
}
