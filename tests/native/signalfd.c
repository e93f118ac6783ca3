/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>

#define BIT(signal) (1ULL << ((signal) - 1))

static int make(uint64_t signals)
{
    int fd = lxe_signalfd_create(signals, LXE_NONBLOCK);
    CHECK(fd >= 0);
    return fd;
}

static void queue(int signal, union sigval value)
{
    MUST(sigqueue(getpid(), signal, value));
}

static void test_one_kill_gives_one_item(void)
{
    struct lxe_signal_info infos[4];
    int fd = make(BIT(SIGUSR1) | BIT(SIGTERM));
    CHECK_EQ(lxe_signalfd_read(fd, infos, 4), -EAGAIN);
    MUST(kill(getpid(), SIGTERM));
    CHECK_EQ(lxe_signalfd_read(fd, infos, 4), 1);
    CHECK_EQ(infos[0].signal, SIGTERM);
    CHECK_EQ(infos[0].code, LXE_SIGNAL_USER);
    CHECK_EQ(infos[0].pid, getpid());
    CHECK_EQ(infos[0].uid, getuid());
    CHECK_EQ(infos[0].value_ptr, 0);
    CHECK_EQ(lxe_signalfd_read(fd, infos, 4), -EAGAIN);
    CHECK_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
    CHECK_EQ(lxe_signalfd_read(fd, infos, 4), 1);
    CHECK_EQ(infos[0].code, LXE_SIGNAL_THREAD);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_values_arrive_intact(void)
{
    static const int values[] = {0, -1, INT32_MIN, INT32_MAX};
    struct lxe_signal_info info;
    int fd = make(BIT(SIGRTMIN));
    for (size_t i = 0; i < 4; i++) {
        queue(SIGRTMIN, (union sigval){.sival_int = values[i]});
        CHECK_EQ(lxe_signalfd_read(fd, &info, 1), 1);
        CHECK_EQ(info.code, LXE_SIGNAL_QUEUE);
        CHECK_EQ(info.value_int, values[i]);
    }
    queue(SIGRTMIN, (union sigval){.sival_ptr = &info});
    struct lxe_signal_info taken;
    CHECK_EQ(lxe_signalfd_read(fd, &taken, 1), 1);
    CHECK(taken.value_ptr == (uint64_t)(uintptr_t)&info);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_many_realtime_signals_keep_their_order(void)
{
    struct lxe_signal_info infos[64];
    int fd = make(BIT(SIGRTMIN));
    for (int i = 0; i < 1000; i++)
        queue(SIGRTMIN, (union sigval){.sival_int = i});
    int next = 0;
    for (int32_t count; (count = lxe_signalfd_read(fd, infos, 64)) != -EAGAIN;) {
        CHECK(count >= 1 && count <= 64);
        for (int32_t i = 0; i < count; i++)
            CHECK_EQ(infos[i].value_int, next++);
    }
    CHECK_EQ(next, 1000);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_lower_numbers_come_first_and_standard_signals_coalesce(void)
{
    struct lxe_signal_info infos[8];
    int fd = make(BIT(SIGRTMIN) | BIT(SIGRTMIN + 1) | BIT(SIGUSR2));
    queue(SIGRTMIN + 1, (union sigval){.sival_int = 1});
    queue(SIGRTMIN, (union sigval){.sival_int = 2});
    MUST(kill(getpid(), SIGUSR2));
    MUST(kill(getpid(), SIGUSR2));
    CHECK_EQ(lxe_signalfd_read(fd, infos, 8), 3);
    CHECK_EQ(infos[0].signal, SIGUSR2);
    CHECK_EQ(infos[1].signal, SIGRTMIN);
    CHECK_EQ(infos[2].signal, SIGRTMIN + 1);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_the_set_can_be_changed(void)
{
    struct lxe_signal_info info;
    int fd = make(BIT(SIGUSR1));
    MUST(kill(getpid(), SIGUSR2));
    CHECK_EQ(lxe_signalfd_read(fd, &info, 1), -EAGAIN);
    CHECK_EQ(lxe_signalfd_set(fd, BIT(SIGUSR2)), 0);
    CHECK_EQ(lxe_signalfd_read(fd, &info, 1), 1);
    CHECK_EQ(info.signal, SIGUSR2);
    MUST(kill(getpid(), SIGUSR1));
    CHECK_EQ(lxe_signalfd_read(fd, &info, 1), -EAGAIN);
    CHECK_EQ(lxe_signalfd_set(fd, BIT(SIGUSR1)), 0);
    CHECK_EQ(lxe_signalfd_read(fd, &info, 1), 1);
    CHECK_EQ(MUST(fcntl(fd, F_GETFL)) & O_NONBLOCK, O_NONBLOCK); /* the flags stay */
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static int exit_with_7(void *unused)
{
    (void)unused;
    return 7;
}

static void test_a_childs_end(void)
{
    struct lxe_signal_info info;
    int fd = lxe_signalfd_create(BIT(SIGCHLD), 0); /* blocking */
    CHECK(fd >= 0);
    int pid = start_child(exit_with_7, NULL);
    CHECK_EQ(lxe_signalfd_read(fd, &info, 1), 1);
    CHECK_EQ(info.signal, SIGCHLD);
    CHECK_EQ(info.code, LXE_CHILD_EXITED);
    CHECK_EQ(info.pid, pid);
    CHECK_EQ(info.status, 7);
    CHECK_EQ(WEXITSTATUS(reap_child(pid)), 7);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void *send_once_asleep(void *unused)
{
    (void)unused;
    await_sleep(getpid(), getpid());
    MUST(kill(getpid(), SIGUSR1));
    return NULL;
}

static void test_it_wakes_an_epoll_set(void)
{
    struct lxe_signal_info info;
    struct lxe_epoll_event event;
    pthread_t sender;
    int set = lxe_epoll_create(0), fd = make(BIT(SIGUSR1));
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 9), 0);
    CHECK_EQ(pthread_create(&sender, NULL, send_once_asleep, NULL), 0);
    CHECK_EQ(lxe_epoll_wait(set, &event, 1, LXE_NO_DEADLINE, NULL), 1);
    CHECK_EQ(event.data, 9);
    CHECK_EQ(lxe_signalfd_read(fd, &info, 1), 1);
    CHECK_EQ(pthread_join(sender, NULL), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
    CHECK_EQ(lxe_fd_close_take(set), 0);
}

static void test_a_signal_outside_the_set_interrupts(void)
{
    struct lxe_signal_info info;
    struct interrupter interrupter;
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    int fd = lxe_signalfd_create(BIT(SIGTERM), 0);
    CHECK(fd >= 0);
    start_interrupter(&interrupter);
    CHECK_EQ(pthread_sigmask(SIG_UNBLOCK, &usr1, NULL), 0);
    CHECK_EQ(lxe_signalfd_read(fd, &info, 1), -EINTR);
    stop_interrupter(&interrupter);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &usr1, NULL), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_flags_of_the_descriptor(void)
{
    for (uint32_t flags = 0; flags < 4; flags++) {
        int fd = lxe_signalfd_create(BIT(SIGUSR1) | BIT(SIGKILL), flags); /* SIGKILL: left out silently */
        CHECK(fd >= 0);
        CHECK_EQ(MUST(fcntl(fd, F_GETFD)), (flags & LXE_INHERIT) != 0 ? 0 : FD_CLOEXEC);
        CHECK_EQ(MUST(fcntl(fd, F_GETFL)) & O_NONBLOCK, (flags & LXE_NONBLOCK) != 0 ? O_NONBLOCK : 0);
        CHECK_EQ(lxe_fd_close_take(fd), 0);
    }
}

static void test_errors(void)
{
    struct lxe_signal_info infos[2];
    int32_t read_end, write_end;
    int fd = make(BIT(SIGUSR1));
    CHECK_EQ(lxe_signalfd_create(BIT(SIGUSR1), 0x4), -EINVAL);
    CHECK_EQ(lxe_signalfd_create(BIT(SIGUSR1), O_CLOEXEC), -EINVAL);
    CHECK_EQ(lxe_signalfd_set(-1, BIT(SIGUSR1)), -EBADF); /* and makes no new one: RUN counts */
    CHECK_EQ(lxe_signalfd_read(-1, infos, 2), -EBADF);
    CHECK_EQ(lxe_signalfd_read(fd, infos, 0), -EINVAL);
    CHECK_EQ(lxe_signalfd_read(fd, infos, -1), -EINVAL);
    MUST(kill(getpid(), SIGUSR1));
    CHECK_EQ(lxe_signalfd_read(fd, NULL, 2), -EFAULT);
    CHECK_EQ(lxe_signalfd_read(fd, infos, 2), 1); /* the failed read took nothing */

    CHECK_EQ(lxe_fd_pipe(&read_end, &write_end, LXE_NONBLOCK), 0);
    CHECK_EQ(lxe_signalfd_set(read_end, BIT(SIGUSR1)), -EINVAL);
    CHECK_EQ(lxe_fd_write(write_end, "abc", 3), 3);
    CHECK_EQ(lxe_signalfd_read(read_end, infos, 2), -EINVAL);
    CHECK_EQ(lxe_fd_close_take(write_end), 0);
    CHECK_EQ(lxe_signalfd_read(read_end, infos, 2), -EINVAL);
    CHECK_EQ(lxe_fd_close_take(read_end), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

int main(void)
{
    sigset_t all;
    sigfillset(&all);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &all, NULL), 0); /* before any thread: all of them inherit it */
    RUN(test_one_kill_gives_one_item);
    RUN(test_values_arrive_intact);
    RUN(test_many_realtime_signals_keep_their_order);
    RUN(test_lower_numbers_come_first_and_standard_signals_coalesce);
    RUN(test_the_set_can_be_changed);
    RUN(test_a_childs_end);
    RUN(test_it_wakes_an_epoll_set);
    RUN(test_a_signal_outside_the_set_interrupts);
    RUN(test_flags_of_the_descriptor);
    RUN(test_errors);
    return 0;
}
