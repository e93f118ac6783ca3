/* SPDX-License-Identifier: MIT */
#include "pidfd_check.h"

static struct child leader, member;

/** Two children; the first leads a group that has both. */
static void start_group(void)
{
    start(&leader, 0);
    start(&member, 0);
    MUST(setpgid(leader.pid, leader.pid));
    MUST(setpgid(member.pid, leader.pid));
}

static void close_child(struct child *child)
{
    release(child);
    CHECK_EQ(lxe_fd_close_take(child->pidfd), 0);
}

/** What is said of a process that was reaped, or of one that is no child of ours, where there are only numbers. */
static int32_t refusal(uint32_t flags)
{
    struct lxe_feature_info info = {.size = sizeof info};
    int32_t present = lxe_feature_query(LXE_FEATURE_PIDFD_SIGNAL, &info);
    if (present && flags != 0)
        present = lxe_feature_query(LXE_FEATURE_PIDFD_SIGNAL_GROUP, &info);
    if (present)
        return -ESRCH;
    return info.state == LXE_FEATURE_MISSING ? -info.error : flags == 0 || lxe_feature_query(LXE_FEATURE_PIDFD_SIGNAL, &info) == 0 ? -ENOSYS : -EINVAL;
}

static void test_signals(void)
{
    struct child child;
    start(&child, 0);
    CHECK_EQ(lxe_pidfd_signal(child.pidfd, 0, 0), 0);
    CHECK_EQ(lxe_pidfd_signal(child.pidfd, 65, 0), -EINVAL);
    CHECK_EQ(lxe_pidfd_signal(child.pidfd, -1, 0), -EINVAL);
    CHECK_EQ(lxe_pidfd_signal(child.pidfd, 0, 0x80000000u), -EINVAL);
    if (has(LXE_FEATURE_PIDFD_SIGNAL, "what is no pidfd")) {
        CHECK_EQ(lxe_pidfd_signal(child.pipe, 0, 0), -EBADF);
        CHECK_EQ(lxe_pidfd_signal(-1, 0, 0), -EBADF);
    }
    CHECK_EQ(lxe_pidfd_signal(child.pidfd, SIGTERM, 0), 0);
    int status = reap_child(child.pid);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGTERM);
    CHECK_EQ(lxe_pidfd_signal(child.pidfd, SIGTERM, 0), refusal(0));
    close_child(&child);
}

static void test_whom_a_signal_reaches(void)
{
    start_group();
    int32_t thread = lxe_pidfd_signal(leader.pidfd, 0, LXE_PIDFD_SIGNAL_THREAD);
    CHECK_EQ(thread, has(LXE_FEATURE_PIDFD_SIGNAL_GROUP, "a signal to a thread") ? 0 : -EINVAL);
    CHECK_EQ(lxe_pidfd_signal(leader.pidfd, 0, LXE_PIDFD_SIGNAL_PROCESS), 0);
    CHECK_EQ(lxe_pidfd_signal(leader.pidfd, 0, LXE_PIDFD_SIGNAL_PROCESS | LXE_PIDFD_SIGNAL_GROUP), -EINVAL);
    CHECK_EQ(lxe_pidfd_signal(leader.pidfd, 65, LXE_PIDFD_SIGNAL_GROUP), -EINVAL);
    CHECK_EQ(lxe_pidfd_signal(member.pidfd, SIGKILL, LXE_PIDFD_SIGNAL_GROUP), -ESRCH); /* it leads none */
    CHECK_EQ(lxe_pidfd_signal(leader.pidfd, SIGTERM, LXE_PIDFD_SIGNAL_GROUP), 0);
    CHECK_EQ(WTERMSIG(reap_child(leader.pid)), SIGTERM);
    CHECK_EQ(WTERMSIG(reap_child(member.pid)), SIGTERM);
    CHECK_EQ(lxe_pidfd_signal(leader.pidfd, 0, LXE_PIDFD_SIGNAL_GROUP), refusal(LXE_PIDFD_SIGNAL_GROUP));
    close_child(&leader);
    close_child(&member);
}

/* A zombie leads its group still; reaped, the kernel alone can tell its group from another with that number. */
static void test_the_group_of_a_leader_that_has_ended(void)
{
    start_group();
    CHECK_EQ(lxe_pidfd_signal(leader.pidfd, SIGKILL, 0), 0);
    await_end(leader.pidfd);
    CHECK_EQ(lxe_pidfd_signal(leader.pidfd, 0, LXE_PIDFD_SIGNAL_GROUP), 0);
    CHECK_EQ(WTERMSIG(reap_child(leader.pid)), SIGKILL);
    int32_t result = lxe_pidfd_signal(leader.pidfd, SIGTERM, LXE_PIDFD_SIGNAL_GROUP);
    if (has(LXE_FEATURE_PIDFD_SIGNAL_GROUP, "the group of a leader that was reaped")) {
        CHECK_EQ(result, 0);
        CHECK_EQ(WTERMSIG(reap_child(member.pid)), SIGTERM);
        release(&member);
    } else {
        CHECK_EQ(result, refusal(LXE_PIDFD_SIGNAL_GROUP));
        release(&member);
        CHECK_EQ(reap_child(member.pid), 0);
    }
    CHECK_EQ(lxe_fd_close_take(member.pidfd), 0);
    close_child(&leader);
}

static int32_t gate[2], report[2];

static int report_signals(void *unused)
{
    (void)unused;
    struct lxe_signal_info infos[3];
    int set = lxe_signalfd_create(UINT64_C(1) << (SIGUSR1 - 1) | UINT64_C(1) << 63, 0);
    CHECK_EQ(lxe_fd_write(gate[1], "r", 1), 1);
    for (int32_t count = 0; count < 3;)
        count += lxe_signalfd_read(set, infos + count, 3 - count);
    CHECK_EQ(lxe_fd_write(report[1], infos, sizeof infos), sizeof infos);
    return 0;
}

static void test_values(void)
{
    static const uint64_t values[] = {0, UINT64_MAX, 0x80000000u};
    struct lxe_signal_info infos[3];
    sigset_t blocked;
    char ready;
    int32_t pidfd;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, 64);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &blocked, NULL), 0);
    CHECK_EQ(lxe_fd_pipe(&gate[0], &gate[1], 0), 0);
    CHECK_EQ(lxe_fd_pipe(&report[0], &report[1], 0), 0);
    int pid = start_with_pidfd(report_signals, NULL, &pidfd);
    CHECK_EQ(pthread_sigmask(SIG_UNBLOCK, &blocked, NULL), 0);
    CHECK_EQ(lxe_fd_read(gate[0], &ready, 1), 1);
    CHECK_EQ(lxe_pidfd_queue(pidfd, 0, 0, 0), 0);
    CHECK_EQ(lxe_pidfd_queue(pidfd, 65, 0, 0), -EINVAL);
    CHECK_EQ(lxe_pidfd_queue(pidfd, -1, 0, 0), -EINVAL);
    CHECK_EQ(lxe_pidfd_queue(pidfd, 0, 0, 0x80000000u), -EINVAL);
    CHECK_EQ(lxe_pidfd_queue(pidfd, SIGUSR1, values[0], 0), 0);
    CHECK_EQ(lxe_pidfd_queue(pidfd, 64, values[1], LXE_PIDFD_SIGNAL_PROCESS), 0);
    CHECK_EQ(lxe_pidfd_queue(pidfd, 64, values[2], 0), 0);
    CHECK_EQ(lxe_fd_read(report[0], infos, sizeof infos), sizeof infos);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(infos[i].signal, i == 0 ? SIGUSR1 : 64);
        CHECK_EQ(infos[i].code, SI_QUEUE);
        CHECK_EQ(infos[i].pid, getpid());
        CHECK_EQ(infos[i].uid, getuid());
        CHECK_EQ((uintptr_t)infos[i].value_ptr, (uintptr_t)values[i]);
        CHECK_EQ(infos[i].value_int, (int32_t)values[i]);
    }
    CHECK_EQ(reap_child(pid), 0);
    CHECK_EQ(lxe_pidfd_queue(pidfd, SIGKILL, 0, 0), refusal(0));
    CHECK_EQ(lxe_fd_close_take(pidfd), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(lxe_fd_close_take(gate[i]), 0);
        CHECK_EQ(lxe_fd_close_take(report[i]), 0);
    }
}

/* By number only to children: any other process may be replaced at any time. */
static void test_not_our_child(void)
{
    if (!has(LXE_FEATURE_PIDFD_OPEN, "test_not_our_child"))
        return;
    int32_t self = lxe_pidfd_open(getpid(), 0);
    CHECK_EQ(lxe_pidfd_signal(self, 0, 0), refusal(0) == -ESRCH ? 0 : refusal(0));
    int32_t missing = refusal(LXE_PIDFD_SIGNAL_PROCESS);
    CHECK_EQ(lxe_pidfd_signal(self, 0, LXE_PIDFD_SIGNAL_PROCESS), missing == -ESRCH ? 0 : missing);
    CHECK_EQ(lxe_fd_close_take(self), 0);
}

int main(void)
{
    if (!has_child_pidfd())
        skip_program("no pidfds");
    struct lxe_feature_info info = {.size = sizeof info};
    if (lxe_feature_query(LXE_FEATURE_PIDFD_WAIT, &info) == 0 && !has(LXE_FEATURE_PIDFD_SIGNAL, "everything"))
        skip_program("no way to be sure of a process, which waiting by pidfd would be, too");
    RUN(test_signals);
    RUN(test_whom_a_signal_reaches);
    RUN(test_the_group_of_a_leader_that_has_ended);
    RUN(test_values);
    RUN(test_not_our_child);
    return 0;
}
