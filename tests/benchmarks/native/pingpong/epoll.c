/* SPDX-License-Identifier: MIT */
/*
 * Two loops wake each other in turn, each by the other's eventfd. An event is one wake-up, so a round trip is two. usage:
 * bench-pingpong-epoll [edge]: edge-triggered, an eventfd need never be read, because each write is an edge.
 */
#include "../contest.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct loop {
    int epoll_fd;
    int event_fd;
};

static struct loop here, there;
static bool edge;

static void make(struct loop *loop)
{
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | (edge ? (uint32_t)EPOLLET : 0)};
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->event_fd, &event) != 0)
        fail("epoll_ctl");
}

static void wait_for(const struct loop *loop)
{
    struct epoll_event events[512];
    uint64_t value;
    while (epoll_wait(loop->epoll_fd, events, 512, -1) != 1)
        ;
    if (!edge && read(loop->event_fd, &value, sizeof value) != sizeof value)
        fail("read");
}

static void wake(const struct loop *loop)
{
    uint64_t value = 1;
    if (write(loop->event_fd, &value, sizeof value) != sizeof value)
        fail("write");
}

static void *answer(void *unused)
{
    for (;;) {
        wait_for(&there);
        wake(&here);
    }
    return unused;
}

static long run(double seconds)
{
    long served = 0;
    for (double end = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9; nanoseconds(CLOCK_MONOTONIC) < end; served += 2) {
        wake(&there);
        wait_for(&here);
    }
    return served;
}

int main(int argc, char **argv)
{
    edge = argc > 1 && strcmp(argv[1], "edge") == 0;
    make(&here);
    make(&there);
    pthread_t thread;
    if (pthread_create(&thread, NULL, answer, NULL) != 0)
        fail("pthread_create");
    return contest(run);
}
