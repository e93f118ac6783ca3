/* SPDX-License-Identifier: MIT */
/* Opening, readiness, getfd. Signalling, waiting and asking are in pidfd_signal.c, pidfd_wait.c and pidfd_info.c. */
#include "pidfd_check.h"

#include <fcntl.h>

static void test_only_real_processes_can_be_opened(void)
{
    if (!has(LXE_FEATURE_PIDFD_OPEN, "test_only_real_processes_can_be_opened"))
        return;
    CHECK_EQ(lxe_pidfd_open(0, 0), -EINVAL);
    CHECK_EQ(lxe_pidfd_open(-1, 0), -EINVAL);
    CHECK_EQ(lxe_pidfd_open(INT32_MIN, 0), -EINVAL);
    CHECK_EQ(lxe_pidfd_open(INT32_MAX, 0), -ESRCH);
    CHECK_EQ(lxe_pidfd_open(getpid(), LXE_INHERIT), -EINVAL);
    CHECK_EQ(lxe_pidfd_open(getpid(), 0x4), -EINVAL);
    int pidfd = lxe_pidfd_open(getpid(), 0);
    CHECK(pidfd >= 0);
    CHECK_EQ(MUST(fcntl(pidfd, F_GETFD)), FD_CLOEXEC);
    CHECK_EQ(lxe_fd_close_take(pidfd), 0);
    int pid = start_child(leave, NULL);
    reap_child(pid);
    CHECK_EQ(lxe_pidfd_open(pid, 0), -ESRCH);
}

/* Running: nothing. Ended: readable. Reaped: readable still, and hung up on newer kernels. Once per step if edge-triggered. */
static void test_readiness(void)
{
    struct lxe_epoll_event event;
    struct child child;
    int set = lxe_epoll_create(0);
    start(&child, 0);
    CHECK_EQ(lxe_epoll_add(set, child.pidfd, LXE_EPOLL_IN | LXE_EPOLL_ET, 1), 0);
    CHECK_EQ(lxe_epoll_wait(set, &event, 1, 0, NULL), 0);
    release(&child);
    CHECK_EQ(lxe_epoll_wait(set, &event, 1, LXE_NO_DEADLINE, NULL), 1);
    CHECK_EQ(event.events, LXE_EPOLL_IN);
    CHECK_EQ(lxe_epoll_wait(set, &event, 1, 0, NULL), 0);
    CHECK(WIFEXITED(reap_child(child.pid)));
    int32_t again = lxe_epoll_wait(set, &event, 1, 0, NULL);
    if (has(LXE_FEATURE_PIDFD_THREAD, "the hang-up when a process is reaped")) {
        CHECK_EQ(again, 1);
        CHECK_EQ(event.events, LXE_EPOLL_IN | LXE_EPOLL_HUP);
    }
    CHECK_EQ(lxe_epoll_mod(set, child.pidfd, LXE_EPOLL_IN, 2), 0);
    CHECK_EQ(lxe_epoll_wait(set, &event, 1, 0, NULL), 1);
    CHECK((event.events & LXE_EPOLL_IN) != 0);
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
    CHECK_EQ(lxe_fd_close_take(set), 0);
}

/* A zombie can still be opened, and is over. */
static void test_a_zombie(void)
{
    struct child child;
    start(&child, 3);
    release(&child);
    await_end(child.pidfd);
    if (has(LXE_FEATURE_PIDFD_OPEN, "opening a zombie")) {
        int pidfd = lxe_pidfd_open(child.pid, 0);
        CHECK(pidfd >= 0);
        await_end(pidfd);
        CHECK_EQ(lxe_fd_close_take(pidfd), 0);
    }
    CHECK_EQ(lxe_pidfd_signal(child.pidfd, SIGKILL, 0), 0);
    CHECK_EQ(WEXITSTATUS(reap_child(child.pid)), 3);
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
}

struct thread {
    pthread_t thread;
    _Atomic int id;
    int32_t gate[2];
};

static void *wait_at_gate(void *argument)
{
    struct thread *self = argument;
    char byte;
    self->id = (int)syscall(SYS_gettid);
    CHECK_EQ(lxe_fd_read(self->gate[0], &byte, 1), 0);
    return NULL;
}

static void test_threads(void)
{
    if (!has(LXE_FEATURE_PIDFD_OPEN, "test_threads"))
        return;
    struct thread thread = {.id = 0};
    CHECK_EQ(lxe_fd_pipe(&thread.gate[0], &thread.gate[1], 0), 0);
    CHECK_EQ(pthread_create(&thread.thread, NULL, wait_at_gate, &thread), 0);
    while (thread.id == 0)
        sched_yield();
    int32_t as_process = lxe_pidfd_open(thread.id, 0);
    CHECK(as_process == -EINVAL || as_process == -ENOENT);
    int pidfd = lxe_pidfd_open(thread.id, LXE_PIDFD_THREAD);
    if (has(LXE_FEATURE_PIDFD_THREAD, "a thread's pidfd")) {
        struct lxe_epoll_event event;
        CHECK(pidfd >= 0);
        int set = lxe_epoll_create(0);
        CHECK_EQ(lxe_epoll_add(set, pidfd, LXE_EPOLL_IN, 1), 0);
        CHECK_EQ(lxe_epoll_wait(set, &event, 1, 0, NULL), 0);
        CHECK_EQ(lxe_fd_close_take(thread.gate[1]), 0);
        CHECK_EQ(lxe_epoll_wait(set, &event, 1, LXE_NO_DEADLINE, NULL), 1);
        CHECK_EQ(lxe_fd_close_take(set), 0);
        CHECK_EQ(lxe_fd_close_take(pidfd), 0);
    } else {
        CHECK_EQ(pidfd, -EINVAL);
        CHECK_EQ(lxe_fd_close_take(thread.gate[1]), 0);
    }
    CHECK_EQ(pthread_join(thread.thread, NULL), 0);
    CHECK_EQ(lxe_fd_close_take(thread.gate[0]), 0);
}

static void test_getfd(void)
{
    if (!has(LXE_FEATURE_PIDFD_GETFD, "test_getfd"))
        return;
    int32_t ends[2];
    char byte = 0;
    struct child child;
    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], LXE_INHERIT), 0);
    start(&child, 0);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0); /* only the child has it now */
    int32_t copy = lxe_pidfd_getfd(child.pidfd, ends[1], 0);
    if (copy == -EPERM) {
        printf("  skipped: test_getfd, no process may trace another here\n");
    } else {
        CHECK(copy >= 0);
        CHECK_EQ(MUST(fcntl(copy, F_GETFD)), FD_CLOEXEC);
        CHECK_EQ(lxe_fd_write(copy, "z", 1), 1);
        CHECK_EQ(lxe_fd_read(ends[0], &byte, 1), 1);
        CHECK_EQ(byte, 'z');
        CHECK_EQ(lxe_fd_close_take(copy), 0);
        CHECK_EQ(lxe_pidfd_getfd(child.pidfd, 999, 0), -EBADF);
        CHECK_EQ(lxe_pidfd_getfd(child.pidfd, ends[0], 1), -EINVAL);
        CHECK_EQ(lxe_pidfd_getfd(ends[0], ends[0], 0), -EBADF);
    }
    release(&child);
    CHECK(WIFEXITED(reap_child(child.pid)));
    if (copy >= 0)
        CHECK_EQ(lxe_pidfd_getfd(child.pidfd, ends[1], 0), -ESRCH);
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
}

struct family {
    int32_t number[2]; /* where the middle process says the grandchild's number */
    int32_t gate[2];   /* what the grandchild waits for */
    int32_t last[2];   /* what the middle process waits for */
};

static int grandchild(void *argument)
{
    struct family *family = argument;
    char byte;
    lxe_fd_close_take(family->gate[1]);
    lxe_fd_close_take(family->last[1]);
    lxe_fd_read(family->gate[0], &byte, 1);
    return 5;
}

static int middle(void *argument)
{
    struct family *family = argument;
    char byte;
    lxe_fd_close_take(family->last[1]);
    int pid = start_child(grandchild, family);
    lxe_fd_write(family->number[1], &pid, sizeof pid);
    lxe_fd_close_take(family->gate[1]);
    lxe_fd_read(family->last[0], &byte, 1); /* lets it be a zombie until told */
    return reap_child(pid) == 5 << 8 ? 0 : 1;
}

/* The end of a process that is no child of ours is seen through its pidfd, also before its parent reaps it. */
static void test_not_our_child(void)
{
    if (!has(LXE_FEATURE_PIDFD_OPEN, "test_not_our_child"))
        return;
    struct family family;
    int pid;
    CHECK_EQ(lxe_fd_pipe(&family.number[0], &family.number[1], 0), 0);
    CHECK_EQ(lxe_fd_pipe(&family.gate[0], &family.gate[1], 0), 0);
    CHECK_EQ(lxe_fd_pipe(&family.last[0], &family.last[1], 0), 0);
    int child = start_child(middle, &family);
    CHECK_EQ(lxe_fd_read(family.number[0], &pid, sizeof pid), sizeof pid);
    int pidfd = lxe_pidfd_open(pid, 0);
    CHECK(pidfd >= 0);
    CHECK_EQ(lxe_fd_close_take(family.gate[1]), 0);
    await_end(pidfd);
    if (has_pidfd_wait("waiting for a process of another's")) {
        struct lxe_pidfd_status status = {.size = sizeof status};
        CHECK_EQ(lxe_pidfd_wait(pidfd, LXE_WAIT_EXITED | LXE_WAIT_NOHANG, &status), -ECHILD);
    }
    CHECK_EQ(lxe_fd_close_take(family.last[1]), 0);
    CHECK_EQ(reap_child(child), 0);
    if (has(LXE_FEATURE_PIDFD_EXIT_INFO, "the status of a process that another reaped")) {
        struct lxe_pidfd_info info = {.size = sizeof info};
        CHECK_EQ(lxe_pidfd_info(pidfd, &info), 0);
        CHECK((info.valid & LXE_PIDFD_INFO_EXIT) != 0);
        CHECK_EQ(info.wait_status, 5 << 8);
    }
    CHECK_EQ(lxe_fd_close_take(pidfd), 0);
    CHECK_EQ(lxe_fd_close_take(family.number[0]), 0);
    CHECK_EQ(lxe_fd_close_take(family.number[1]), 0);
    CHECK_EQ(lxe_fd_close_take(family.gate[0]), 0);
    CHECK_EQ(lxe_fd_close_take(family.last[0]), 0);
}

int main(void)
{
    if (!has_child_pidfd())
        skip_program("no pidfds");
    RUN(test_only_real_processes_can_be_opened);
    RUN(test_readiness);
    RUN(test_a_zombie);
    RUN(test_threads);
    RUN(test_getfd);
    RUN(test_not_our_child);
    return 0;
}
