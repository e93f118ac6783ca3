/* SPDX-License-Identifier: MIT */
#include "pidfd_check.h"

#include <stddef.h>

static struct lxe_pidfd_info info;

static int32_t ask(int pidfd)
{
    memset(&info, 0xee, sizeof info);
    info.size = sizeof info;
    return lxe_pidfd_info(pidfd, &info);
}

static void test_a_running_process(void)
{
    struct child child;
    start(&child, 0);
    CHECK_EQ(ask(child.pidfd), 0);
    CHECK_EQ(info.size, sizeof info);
    CHECK_EQ(info.valid & ~LXE_PIDFD_INFO_CGROUP, LXE_PIDFD_INFO_PID | LXE_PIDFD_INFO_CREDS);
    CHECK_EQ(info.pid, child.pid);
    CHECK_EQ(info.tgid, child.pid);
    CHECK_EQ(info.ppid, getpid());
    CHECK_EQ(info.ruid, getuid());
    CHECK_EQ(info.rgid, getgid());
    CHECK_EQ(info.euid, geteuid());
    CHECK_EQ(info.egid, getegid());
    CHECK_EQ(info.suid, geteuid());
    CHECK_EQ(info.sgid, getegid());
    CHECK_EQ(info.fsuid, geteuid());
    CHECK_EQ(info.fsgid, getegid());
    CHECK_EQ(info.wait_status, 0);
    CHECK_EQ(info.cgroup_id != 0, (info.valid & LXE_PIDFD_INFO_CGROUP) != 0);
    end_child(&child);
}

/* No status before somebody has reaped the process, then the status, by whomever. */
static void expect_end(struct child *child, int wait_status)
{
    await_end(child->pidfd);
    CHECK_EQ(ask(child->pidfd), 0);
    CHECK_EQ(info.valid & LXE_PIDFD_INFO_EXIT, 0);
    CHECK_EQ(info.pid, child->pid);
    CHECK_EQ(reap_child(child->pid), wait_status);
    int32_t result = ask(child->pidfd);
    if (has(LXE_FEATURE_PIDFD_EXIT_INFO, "the status after the reap")) {
        CHECK_EQ(result, 0);
        CHECK((info.valid & LXE_PIDFD_INFO_EXIT) != 0);
        CHECK_EQ(info.valid & LXE_PIDFD_INFO_PID, 0);
        CHECK_EQ(info.wait_status, wait_status);
    } else {
        CHECK_EQ(result, -ESRCH);
    }
    CHECK_EQ(lxe_fd_close_take(child->pidfd), 0);
}

static void test_ends(void)
{
    struct child child;
    start(&child, 42);
    release(&child);
    expect_end(&child, 42 << 8);
    start(&child, 0);
    CHECK(child.pid > 0);
    MUST(kill(child.pid, SIGKILL));
    expect_end(&child, SIGKILL);
    release(&child);
}

static int ask_as_somebody_else(void *pidfd)
{
    if (setuid(65534) != 0 || ask(*(int *)pidfd) != 0)
        return 1;
    return (info.valid & LXE_PIDFD_INFO_EXIT) != 0 && info.wait_status == 7 << 8 ? 0 : 2;
}

static void test_another_users_process(void)
{
    if (!has(LXE_FEATURE_PIDFD_EXIT_INFO, "test_another_users_process"))
        return;
    if (geteuid() != 0) {
        printf("  skipped: test_another_users_process, needs root to become somebody else\n");
        return;
    }
    struct child child;
    start(&child, 7);
    release(&child);
    CHECK_EQ(reap_child(child.pid), 7 << 8);
    CHECK_EQ(reap_child(start_child(ask_as_somebody_else, &child.pidfd)), 0);
    CHECK_EQ(lxe_fd_close_take(child.pidfd), 0);
}

/* With SIGCHLD ignored nobody reaps: the status is kept all the same. */
static int ignore_and_ask(void *unused)
{
    (void)unused;
    struct child child;
    signal(SIGCHLD, SIG_IGN);
    start(&child, 8);
    release(&child);
    await_end(child.pidfd);
    int32_t result;
    do /* readable a moment before it is gone */
        result = ask(child.pidfd);
    while (result == 0 && (info.valid & LXE_PIDFD_INFO_EXIT) == 0);
    return result == 0 && info.wait_status == 8 << 8 ? 0 : 1;
}

static void test_with_sigchld_ignored(void)
{
    if (has(LXE_FEATURE_PIDFD_EXIT_INFO, "test_with_sigchld_ignored"))
        CHECK_EQ(reap_child(start_child(ignore_and_ask, NULL)), 0);
}

static void test_sizes(void)
{
    struct {
        struct lxe_pidfd_info known;
        uint64_t later;
    } larger = {.known.size = sizeof larger};
    struct child child;
    start(&child, 0);
    CHECK_EQ(lxe_pidfd_info(child.pidfd, NULL), -EFAULT);
    CHECK_EQ(lxe_pidfd_info(child.pidfd, &larger.known), 0);
    CHECK_EQ(larger.known.pid, child.pid);
    larger.later = 1;
    CHECK_EQ(lxe_pidfd_info(child.pidfd, &larger.known), -E2BIG);
    larger.known.size = 3;
    CHECK_EQ(lxe_pidfd_info(child.pidfd, &larger.known), -EINVAL);
    memset(&info, 0xee, sizeof info);
    info.size = offsetof(struct lxe_pidfd_info, tgid);
    CHECK_EQ(lxe_pidfd_info(child.pidfd, &info), 0);
    CHECK_EQ(info.pid, child.pid);
    CHECK_EQ((uint32_t)info.tgid, 0xeeeeeeeeu);
    end_child(&child);
}

static void test_errors(void)
{
    int32_t ends[2];
    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], 0), 0);
    CHECK_EQ(ask(ends[0]), -ENOTTY);
    CHECK_EQ(ask(-1), -EBADF);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
}

int main(void)
{
    if (!has_child_pidfd())
        skip_program("no pidfds");
    if (!has(LXE_FEATURE_PIDFD_INFO, "the rest")) {
        struct child child;
        start(&child, 0);
        CHECK_EQ(ask(child.pidfd), -ENOTTY);
        end_child(&child);
        skip_program("pidfds can't be asked here");
    }
    RUN(test_a_running_process);
    RUN(test_ends);
    RUN(test_another_users_process);
    RUN(test_with_sigchld_ignored);
    RUN(test_sizes);
    RUN(test_errors);
    return 0;
}
