/* SPDX-License-Identifier: MIT */
#include "epoll_check.h"

#include <sys/wait.h>
#include <unistd.h>

static uint32_t *mark;

/* What the child makes of it is its exit code. */
static int in_child(int (*function)(int, int), int set, int counter)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(function(set, counter));
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int read_mark(int set, int counter)
{
    (void)set;
    (void)counter;
    return (int)*mark;
}

static void test_the_mark_is_cleared_in_a_child_alone(void)
{
    CHECK_EQ(*mark, 1);
    CHECK_EQ(in_child(read_mark, -1, -1), 0);
    CHECK_EQ(*mark, 1);
    CHECK_EQ(lxe_fork_mark(NULL), -EFAULT);
}

/* Uses a set of its own for the same descriptors, and closes what it inherited. */
static int use_and_close(int set, int counter)
{
    struct lxe_epoll_event event;
    int own = lxe_epoll_create(0);
    if (own < 0 || lxe_epoll_add(own, counter, LXE_EPOLL_IN, 8) != 0 || lxe_epoll_wait(own, &event, 1, 0, NULL) != 0)
        return 1;
    if (lxe_eventfd_write(counter, 1) != 0 || lxe_epoll_wait(own, &event, 1, 0, NULL) != 1 || event.data != 8)
        return 2;
    if (lxe_epoll_del(own, counter) != 0 || lxe_fd_close_take(own) != 0)
        return 3;
    return lxe_fd_close_take(counter) == 0 && lxe_fd_close_take(set) == 0 ? 0 : 4;
}

/* 95: the child's use and close leave the parent's epoll set alone. */
static void test_a_child_that_keeps_to_its_own_set_leaves_the_parents_alone(void)
{
    int set = make_set(), counter = make_counter(0);
    CHECK_EQ(lxe_epoll_add(set, counter, LXE_EPOLL_IN, 7), 0);
    CHECK_EQ(in_child(use_and_close, set, counter), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, 0, NULL), 1);
        CHECK_EQ(events[0].data, 7);
    }
    drain_counter(counter);
    CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, 0, NULL), 0);
    CHECK_EQ(lxe_epoll_del(set, counter), 0);
    CHECK_EQ(lxe_fd_close_take(counter), 0);
    CHECK_EQ(lxe_fd_close_take(set), 0);
}

int main(void)
{
    RUN(test_a_child_that_keeps_to_its_own_set_leaves_the_parents_alone);
    int32_t made = lxe_fork_mark(&mark);
    if (made == -EINVAL)
        skip_program("this kernel does not clear pages on fork (Linux 4.14)");
    CHECK_EQ(made, 0);
    RUN(test_the_mark_is_cleared_in_a_child_alone);
    return 0;
}
