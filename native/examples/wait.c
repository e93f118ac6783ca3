/* SPDX-License-Identifier: MIT */
/* Waits until processes have ended, whoever started them: wait PID... Sleeps meanwhile. */
#include <linuxevents.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what, int32_t error)
{
    fprintf(stderr, "wait: %s: %s\n", what, strerror(-error));
    return 1;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    int32_t set = lxe_epoll_create(0);
    int waiting = 0;
    for (int i = 1; i < argc; i++) {
        int32_t pid = atoi(argv[i]);
        int32_t pidfd = pid > 0 ? lxe_pidfd_open(pid, 0) : -EINVAL;
        if (pidfd < 0 && pidfd != -ESRCH)
            return fail(argv[i], pidfd);
        if (pidfd == -ESRCH)
            printf("process %d is gone\n", pid);
        else if (lxe_epoll_add(set, pidfd, LXE_EPOLL_IN | LXE_EPOLL_ONESHOT, (uint64_t)pidfd << 32 | (uint32_t)pid) == 0)
            waiting++;
    }
    while (waiting > 0) {
        struct lxe_epoll_event event;
        int32_t count = lxe_epoll_wait(set, &event, 1, LXE_NO_DEADLINE, NULL);
        if (count < 0 && count != -EINTR)
            return fail("epoll", count);
        if (count != 1)
            continue;
        struct lxe_pidfd_info info = {.size = sizeof info};
        int32_t pidfd = (int32_t)(event.data >> 32);
        printf("process %d has ended", (int)(uint32_t)event.data);
        if (lxe_pidfd_info(pidfd, &info) == 0 && (info.valid & LXE_PIDFD_INFO_EXIT) != 0)
            printf(", with wait status %#x", (unsigned)info.wait_status);
        printf("\n");
        lxe_epoll_del(set, pidfd);
        lxe_fd_close_take(pidfd);
        waiting--;
    }
    return 0;
}
