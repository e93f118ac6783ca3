/* SPDX-License-Identifier: MIT */
/* Starts /bin/true and awaits its end by its pidfd in an epoll set. usage: vfork|posix_spawn CHILDREN-AT-ONCE HEAP-MIB */
#include "../contest.h"
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *const arguments[] = {"true", NULL};
static int epoll, at_once, by_vfork;

static pid_t start_by_vfork(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        execve("/bin/true", arguments, environ);
        _exit(127);
    }
    return pid;
}

static void start(void)
{
    pid_t pid = -1;
    if (by_vfork)
        pid = start_by_vfork();
    else if (posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, environ) != 0)
        pid = -1;
    int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = pidfd};
    if (pidfd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, pidfd, &event) < 0)
        fail("starting a child");
}

static void reap(int pidfd)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED) < 0 || info.si_status != 0)
        fail("a child");
    epoll_ctl(epoll, EPOLL_CTL_DEL, pidfd, NULL);
    close(pidfd);
}

static long play(double seconds)
{
    long served = 0;
    int running = 0;
    double end = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9;
    do {
        for (; running < at_once && nanoseconds(CLOCK_MONOTONIC) < end; running++)
            start();
        struct epoll_event events[32];
        int count = running > 0 ? epoll_wait(epoll, events, 32, -1) : 0;
        for (int i = 0; i < count; i++)
            reap(events[i].data.fd);
        running -= count > 0 ? count : 0;
        served += count > 0 ? count : 0;
    } while (running > 0);
    return served;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    by_vfork = strcmp(argv[1], "vfork") == 0;
    at_once = atoi(argv[2]);
    size_t heap = (size_t)atoi(argv[3]) << 20;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (heap > 0) {
        char *bytes = malloc(heap);
        if (bytes == NULL)
            fail("malloc");
        memset(bytes, 1, heap);
        __asm__ volatile("" : : "r"(bytes) : "memory");
    }
    return contest(play);
}
