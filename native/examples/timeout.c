/* SPDX-License-Identifier: MIT */
/* Runs a program and ends it by SIGTERM when it takes too long: timeout SECONDS PATH-OF-PROGRAM [ARGUMENTS] */
#include <linuxevents.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int fail(const char *what, int32_t error, int32_t child)
{
    fprintf(stderr, "timeout: %s: %s\n", what, strerror(-error));
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return 125;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: timeout SECONDS PATH-OF-PROGRAM [ARGUMENTS]\n");
        return 125;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t deadline = now.tv_sec * 1000000000LL + now.tv_nsec + (int64_t)(atof(argv[1]) * 1e9);

    struct lxe_spawn_options options = {
        .size = sizeof options,
        .path = argv[2],
        .arguments = (const char *const *)argv + 2,
        .environment = (const char *const *)environ,
    };
    struct lxe_spawn_result child = {.size = sizeof child};
    int32_t error = lxe_spawn_start(&options, &child);
    if (error < 0)
        return fail(argv[2], error, 0);

    struct lxe_epoll_event event;
    int32_t set = lxe_epoll_create(0);
    error = lxe_epoll_add(set, child.pidfd, LXE_EPOLL_IN | LXE_EPOLL_ET, 0);
    if (error == 0)
        error = lxe_epoll_wait(set, &event, 1, deadline, NULL);
    if (error == 0) /* no event: the deadline has passed */
        error = lxe_pidfd_signal(child.pidfd, SIGTERM, 0);
    struct lxe_pidfd_status status = {.size = sizeof status};
    if (error >= 0)
        error = lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED, &status);
    if (error < 0)
        return fail("watching the process", error, child.pid);
    lxe_fd_close_take(child.pidfd);
    lxe_fd_close_take(set);
    printf("process %d %s %d after %lld us of work\n", status.pid,
           status.code == LXE_CHILD_EXITED ? "exited with" : "was ended by signal", status.status,
           (long long)(status.user_time + status.system_time) / 1000);
    return status.code == LXE_CHILD_EXITED ? status.status : 128 + status.status;
}
