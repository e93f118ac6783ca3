/* SPDX-License-Identifier: MIT */
#include "pidfd_check.h"

#include <stddef.h>
#include <sys/resource.h>

static struct lxe_pidfd_status status;

static int32_t wait_for(int pidfd, uint32_t options)
{
    memset(&status, 0xee, sizeof status);
    status.size = sizeof status;
    return lxe_pidfd_wait(pidfd, options, &status);
}

static void expect(int pidfd, uint32_t options, int pid, int code, int value)
{
    CHECK_EQ(wait_for(pidfd, options), 1);
    CHECK_EQ(status.size, sizeof status);
    CHECK_EQ(status.pid, pid);
    CHECK_EQ(status.uid, getuid());
    CHECK_EQ(status.code, code);
    CHECK_EQ(status.status, value);
    CHECK_EQ(status.reserved, 0);
}

static void test_exit_codes(void)
{
    static const int codes[] = {0, 42, 255};
    for (int i = 0; i < 3; i++) {
        struct child child;
        start(&child, codes[i]);
        CHECK_EQ(wait_for(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_NOHANG), 0);
        CHECK_EQ(status.pid, 0);
        CHECK_EQ(status.code, 0);
        CHECK_EQ(status.user_time, 0);
        release(&child);
        expect(child.pidfd, LXE_WAIT_EXITED, child.pid, LXE_CHILD_EXITED, codes[i]);
        CHECK_EQ(wait_for(child.pidfd, LXE_WAIT_EXITED), -ECHILD);
        CHECK_EQ(wait_for(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_NOHANG), -ECHILD);
        CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
    }
}

static int abort_without_core(void *unused)
{
    struct rlimit core;
    (void)unused;
    MUST(getrlimit(RLIMIT_CORE, &core));
    core.rlim_cur = 0;
    MUST(setrlimit(RLIMIT_CORE, &core));
    abort();
}

static void test_ends_by_signal(void)
{
    struct child child;
    start(&child, 0);
    CHECK(child.pid > 0);
    MUST(kill(child.pid, SIGKILL));
    expect(child.pidfd, LXE_WAIT_EXITED, child.pid, LXE_CHILD_KILLED, SIGKILL);
    release(&child);
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);

    int32_t pidfd;
    start_with_pidfd(abort_without_core, NULL, &pidfd);
    CHECK_EQ(wait_for(pidfd, LXE_WAIT_EXITED), 1);
    CHECK(status.code == LXE_CHILD_KILLED || status.code == LXE_CHILD_DUMPED); /* into a pipe whatever the limit is */
    CHECK_EQ(status.status, SIGABRT);
    CHECK_EQ(lxe_fd_close_take(pidfd), 0);
}

static void test_stops_and_continuations_only_when_asked(void)
{
    struct child child;
    start(&child, 0);
    CHECK(child.pid > 0);
    MUST(kill(child.pid, SIGSTOP));
    expect(child.pidfd, LXE_WAIT_STOPPED | LXE_WAIT_NOWAIT, child.pid, LXE_CHILD_STOPPED, SIGSTOP);
    CHECK_EQ(wait_for(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_CONTINUED | LXE_WAIT_NOHANG), 0);
    expect(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_STOPPED, child.pid, LXE_CHILD_STOPPED, SIGSTOP);
    CHECK_EQ(wait_for(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_STOPPED | LXE_WAIT_NOHANG), 0); /* told once */
    MUST(kill(child.pid, SIGCONT));
    expect(child.pidfd, LXE_WAIT_CONTINUED, child.pid, LXE_CHILD_CONTINUED, SIGCONT);
    release(&child);
    expect(child.pidfd, LXE_WAIT_EXITED, child.pid, LXE_CHILD_EXITED, 0);
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
}

static void test_nowait_leaves_the_child(void)
{
    struct child child;
    start(&child, 9);
    release(&child);
    for (int i = 0; i < 3; i++)
        expect(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_NOWAIT, child.pid, LXE_CHILD_EXITED, 9);
    expect(child.pidfd, LXE_WAIT_EXITED, child.pid, LXE_CHILD_EXITED, 9);
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
}

static int work(void *unused)
{
    struct timespec used;
    (void)unused;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (used.tv_sec == 0 && used.tv_nsec < 20000000);
    return 0;
}

static void test_times_and_memory(void)
{
    int32_t pidfd;
    int pid = start_with_pidfd(work, NULL, &pidfd);
    expect(pidfd, LXE_WAIT_EXITED, pid, LXE_CHILD_EXITED, 0);
    CHECK(status.user_time >= 0 && status.system_time >= 0);
    CHECK(status.user_time + status.system_time >= 10000000);
    CHECK(status.max_rss >= 4096 && status.max_rss % 1024 == 0);
    CHECK_EQ(lxe_fd_close_take(pidfd), 0);
}

static void test_a_nonblocking_pidfd(void)
{
    if (!has(LXE_FEATURE_PIDFD_OPEN, "test_a_nonblocking_pidfd"))
        return;
    struct child child;
    start(&child, 1);
    int pidfd = lxe_pidfd_open(child.pid, LXE_NONBLOCK);
    if (has(LXE_FEATURE_PIDFD_NONBLOCK, "test_a_nonblocking_pidfd")) {
        CHECK(pidfd >= 0);
        CHECK_EQ(wait_for(pidfd, LXE_WAIT_EXITED), -EAGAIN);
        CHECK_EQ(wait_for(pidfd, LXE_WAIT_EXITED | LXE_WAIT_NOHANG), 0);
        CHECK_EQ(lxe_fd_close_take(pidfd), 0);
    } else {
        CHECK_EQ(pidfd, -EINVAL);
    }
    end_child(&child);
}

static void test_a_signal_interrupts(void)
{
    struct child child;
    struct interrupter interrupter;
    start(&child, 0);
    start_interrupter(&interrupter);
    CHECK_EQ(wait_for(child.pidfd, LXE_WAIT_EXITED), -EINTR);
    stop_interrupter(&interrupter);
    end_child(&child);
}

static void test_sizes(void)
{
    struct {
        struct lxe_pidfd_status known;
        unsigned char later[16];
    } larger;
    struct child child;
    start(&child, 6);
    release(&child);
    await_end(child.pidfd);
    memset(&larger, 0, sizeof larger);

    /* Whatever is wrong with the structure, the child is not reaped. */
    CHECK_EQ(lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED, NULL), -EFAULT);
    larger.known.size = 0;
    CHECK_EQ(lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED, &larger.known), -EINVAL);
    larger.known.size = sizeof larger;
    larger.later[15] = 1;
    CHECK_EQ(lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED, &larger.known), -E2BIG);
    larger.known.size = UINT32_MAX;
    CHECK_EQ(lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED, &larger.known), -E2BIG);

    larger.known.size = sizeof larger;
    larger.later[15] = 0;
    CHECK_EQ(lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_NOWAIT, &larger.known), 1);
    CHECK_EQ(larger.known.status, 6);
    CHECK_EQ(larger.known.size, sizeof larger);

    memset(&status, 0xee, sizeof status);
    status.size = offsetof(struct lxe_pidfd_status, status);
    CHECK_EQ(lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED, &status), 1);
    CHECK_EQ(status.pid, child.pid);
    CHECK_EQ(status.code, LXE_CHILD_EXITED);
    CHECK_EQ((uint32_t)status.status, 0xeeeeeeeeu); /* beyond what the caller knows */
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
}

static void test_errors(void)
{
    struct child child;
    start(&child, 0);
    CHECK_EQ(wait_for(child.pidfd, 0), -EINVAL);
    CHECK_EQ(wait_for(child.pidfd, 0x40), -EINVAL);
    CHECK_EQ(wait_for(child.pipe, LXE_WAIT_EXITED), -EBADF);
    CHECK_EQ(wait_for(INT32_MAX, LXE_WAIT_EXITED), -EBADF);
    if (has(LXE_FEATURE_PIDFD_OPEN, "waiting for oneself")) {
        int self = lxe_pidfd_open(getpid(), 0);
        CHECK_EQ(wait_for(self, LXE_WAIT_EXITED), -ECHILD);
        CHECK_EQ(lxe_fd_close_take(self), 0);
    }
    end_child(&child);
}

int main(void)
{
    if (!has_child_pidfd() || !has_pidfd_wait("everything"))
        skip_program("no pidfd, or it can't be waited for");
    RUN(test_exit_codes);
    RUN(test_ends_by_signal);
    RUN(test_stops_and_continuations_only_when_asked);
    RUN(test_nowait_leaves_the_child);
    RUN(test_times_and_memory);
    RUN(test_a_nonblocking_pidfd);
    RUN(test_a_signal_interrupts);
    RUN(test_sizes);
    RUN(test_errors);
    return 0;
}
