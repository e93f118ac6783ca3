/* SPDX-License-Identifier: MIT */
/*
 * The classic chain in plain C: a byte goes from pipe to pipe, ACTIVE of them at a time, and each arrival is an
 * event of one epoll set, level-triggered and registered once. A second thread is parked, as in any .NET process: with it the
 * kernel takes references on descriptors. usage: chain PIPES ACTIVE SECONDS; prints nanoseconds per event.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static int (*pipes)[2];
static int count;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *park(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static long run(int epoll_fd, double seconds)
{
    static struct epoll_event events[512];
    long served = 0;
    for (double end = now() + seconds; now() < end;) {
        int ready = epoll_wait(epoll_fd, events, 512, -1);
        for (int i = 0; i < ready; i++) {
            uint32_t pipe = events[i].data.u32;
            char byte;
            if (read(pipes[pipe][0], &byte, 1) != 1 || write(pipes[(pipe + 1) % (uint32_t)count][1], &byte, 1) != 1)
                exit(1);
        }
        served += ready;
    }
    return served;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    count = atoi(argv[1]);
    int active = atoi(argv[2]);
    double seconds = atof(argv[3]);
    pthread_t thread;
    pthread_create(&thread, NULL, park, NULL);

    pipes = calloc((size_t)count, sizeof *pipes);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        if (pipe(pipes[i]) != 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, pipes[i][0], &event) != 0) {
            perror("chain");
            return 1;
        }
    }
    for (int i = 0; i < active; i++)
        if (write(pipes[i * (count / active)][1], "x", 1) != 1)
            return 1;

    run(epoll_fd, 0.2);
    double begin = now();
    long served = run(epoll_fd, seconds);
    printf("%.1f\n", (now() - begin) * 1e9 / (double)served);
    return 0;
}
