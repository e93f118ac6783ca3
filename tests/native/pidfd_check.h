/* SPDX-License-Identifier: MIT */
/* What the tests of pidfd share: a child that runs until it is released, and its pidfd. */
#ifndef PIDFD_CHECK_H
#define PIDFD_CHECK_H

#include "check.h"

struct child {
    int pid;
    int32_t pidfd;
    int32_t pipe; /* the child ends when this is closed */
    int32_t other_end;
    int code;
};

static inline int leave(void *unused)
{
    (void)unused;
    return 0;
}

static inline int run_until_released(void *argument)
{
    struct child *self = argument;
    char byte;
    lxe_fd_close_take(self->pipe);
    lxe_fd_read(self->other_end, &byte, 1);
    return self->code;
}

/** Whether children have pidfds: opened, or from their birth, where opening is forbidden. */
static inline int has_child_pidfd(void)
{
    struct lxe_feature_info info = {.size = sizeof info};
    return lxe_feature_query(LXE_FEATURE_CLONE_PIDFD, &info) == 1 || has(LXE_FEATURE_PIDFD_OPEN, "everything");
}

/** A child made as by start_child, and its pidfd. */
static inline int start_with_pidfd(int (*function)(void *), void *argument, int32_t *pidfd)
{
    struct lxe_feature_info info = {.size = sizeof info};
    if (lxe_feature_query(LXE_FEATURE_PIDFD_OPEN, &info) == 1) {
        int pid = start_child(function, argument);
        *pidfd = lxe_pidfd_open(pid, 0);
        CHECK(*pidfd >= 0);
        return pid;
    }
    int fd = -1;
    fflush(NULL);
    int pid = MUST(syscall(SYS_clone, 0x1000 /* CLONE_PIDFD */ | SIGCHLD, NULL, &fd, NULL, NULL));
    if (pid == 0) {
        int code = function(argument);
        fflush(NULL);
        _exit(code);
    }
    CHECK(fd >= 0);
    *pidfd = fd;
    return pid;
}

static inline void start(struct child *child, int code)
{
    child->code = code;
    CHECK_EQ(lxe_fd_pipe(&child->other_end, &child->pipe, 0), 0);
    child->pid = start_with_pidfd(run_until_released, child, &child->pidfd);
    CHECK_EQ(lxe_fd_close_take(child->other_end), 0);
}

static inline void release(struct child *child)
{
    CHECK_EQ(lxe_fd_close_take(child->pipe), 0);
}

static inline void await_end(int pidfd)
{
    struct lxe_epoll_event event;
    int set = lxe_epoll_create(0);
    CHECK(set >= 0);
    CHECK_EQ(lxe_epoll_add(set, pidfd, LXE_EPOLL_IN, 0), 0);
    CHECK_EQ(lxe_epoll_wait(set, &event, 1, LXE_NO_DEADLINE, NULL), 1);
    CHECK_EQ(lxe_fd_close_take(set), 0);
}

/** The release of a child that is waited for by a caller that then must not close the pipe too. */
static inline void end_child(struct child *child)
{
    release(child);
    reap_child(child->pid);
    CHECK_EQ(lxe_fd_close_take(child->pidfd), 0);
}

#endif
