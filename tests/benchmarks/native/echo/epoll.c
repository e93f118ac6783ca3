/* SPDX-License-Identifier: MIT */
/* An echo server in plain C, with a parked second thread. usage: bench-echo-epoll [edge] */
#include "../contest.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3 };

static int epoll_fd;
static uint32_t triggered;

static void *park(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void watch(int descriptor, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, descriptor, &event) != 0)
        fail("epoll_ctl");
}

static void echo(int connection)
{
    char bytes[4096];
    ssize_t count = read(connection, bytes, sizeof bytes);
    if (count <= 0)
        close(connection);
    else if (write(connection, bytes, (size_t)count) != count)
        fail("write");
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, park, NULL) != 0)
        fail("pthread_create");
    triggered = argc > 1 && strcmp(argv[1], "edge") == 0 ? EPOLLET : 0;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    watch(LISTENER, EPOLLIN);
    for (;;) {
        static struct epoll_event events[512];
        int ready = epoll_wait(epoll_fd, events, 512, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == LISTENER)
                watch(accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), EPOLLIN | triggered);
            else
                echo(events[i].data.fd);
        }
    }
}
