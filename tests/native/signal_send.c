/* SPDX-License-Identifier: MIT */
/* The signals go to the tests' own thread, process or group, where they are blocked and waited for by sigwaitinfo. */
#include "check.h"

#include <limits.h>

#define SIGNAL (SIGRTMIN + 4)

static int32_t own_thread(void)
{
    return (int32_t)syscall(SYS_gettid);
}

/** Takes the signal, which must be there. */
static siginfo_t take(void)
{
    sigset_t set;
    siginfo_t info;
    struct timespec none = {0};
    sigemptyset(&set);
    sigaddset(&set, SIGNAL);
    CHECK_EQ(sigtimedwait(&set, &info, &none), SIGNAL);
    CHECK_EQ(info.si_pid, getpid());
    CHECK_EQ(info.si_uid, getuid());
    return info;
}

static void test_process(void)
{
    CHECK_EQ(lxe_signal_send(getpid(), SIGNAL), 0);
    CHECK_EQ(take().si_code, SI_USER);
}

static void test_values(void)
{
    static const int64_t values[] = {0, -1, INT_MIN, 0x123456789abcdef};
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(lxe_signal_queue(getpid(), SIGNAL, (uint64_t)values[i]), 0);
        siginfo_t info = take();
        CHECK_EQ(info.si_code, SI_QUEUE);
        CHECK_EQ((intptr_t)info.si_value.sival_ptr, (intptr_t)values[i]);
    }
}

static void *look_for_none(void *unused)
{
    (void)unused;
    sigset_t pending;
    MUST(sigpending(&pending));
    CHECK_EQ(sigismember(&pending, SIGNAL), 0);
    return NULL;
}

static void test_one_thread(void)
{
    pthread_t other;
    CHECK_EQ(lxe_signal_send_thread(getpid(), own_thread(), SIGNAL), 0);
    CHECK_EQ(pthread_create(&other, NULL, look_for_none, NULL), 0);
    CHECK_EQ(pthread_join(other, NULL), 0);
    take(); /* libc turns its code into SI_USER */
    CHECK_EQ(lxe_signal_send_thread(getppid(), own_thread(), 0), -ESRCH);
}

/** Two children in a group of their own get it, and this process does not. */
static void test_group(void)
{
    pid_t members[2], group = 0;
    for (int i = 0; i < 2; i++) {
        members[i] = MUST(fork());
        if (members[i] == 0) {
            for (;;)
                pause();
        }
        MUST(setpgid(members[i], group));
        group = members[0];
    }
    CHECK_EQ(lxe_signal_send_group(group, 0), 0);
    CHECK_EQ(lxe_signal_send_group(group, SIGTERM), 0);
    for (int i = 0; i < 2; i++) {
        int status;
        CHECK_EQ(waitpid(members[i], &status, 0), members[i]);
        CHECK_EQ(WTERMSIG(status), SIGTERM);
    }
    CHECK_EQ(lxe_signal_send_group(group, 0), -ESRCH);
    CHECK_EQ(lxe_signal_send(group, 0), -ESRCH);
}

/** Nothing that would reach everybody, a group by mistake, or the caller's own. */
static void test_refused(void)
{
    static const int32_t ids[] = {0, -1, INT_MIN};
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(lxe_signal_send(ids[i], 0), -EINVAL);
        CHECK_EQ(lxe_signal_queue(ids[i], 0, 0), -EINVAL);
        CHECK_EQ(lxe_signal_send_group(ids[i], 0), -EINVAL);
        CHECK_EQ(lxe_signal_send_thread(ids[i], own_thread(), 0), -EINVAL);
        CHECK_EQ(lxe_signal_send_thread(getpid(), ids[i], 0), -EINVAL);
    }
    CHECK_EQ(lxe_signal_send_group(1, 0), -EINVAL);
    CHECK_EQ(lxe_signal_send(getpid(), 65), -EINVAL);
    CHECK_EQ(lxe_signal_send(getpid(), -1), -EINVAL);
    CHECK_EQ(lxe_signal_queue(getpid(), 65, 0), -EINVAL);
    CHECK_EQ(lxe_signal_send_thread(getpid(), own_thread(), 65), -EINVAL);
}

int main(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGNAL);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    RUN(test_process);
    RUN(test_values);
    RUN(test_one_thread);
    RUN(test_group);
    RUN(test_refused);
    return 0;
}
