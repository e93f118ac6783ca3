/* SPDX-License-Identifier: MIT */
#include "relay_support.h"

#include <sys/resource.h>

/** The one signal that waits. */
static struct lxe_signal_info take(int32_t fd)
{
    struct lxe_signal_info infos[2];
    CHECK_EQ(lxe_relay_read(fd, infos, 2), 1);
    return infos[0];
}

static void test_sender_and_code(void)
{
    int32_t fd = lxe_relay_open(BIT(SIGUSR1), LXE_NONBLOCK, 10);
    CHECK(fd >= 0);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    MUST(kill(getpid(), SIGUSR1));
    struct lxe_signal_info info = take(fd);
    CHECK_EQ(info.signal, SIGUSR1);
    CHECK_EQ(info.code, LXE_SIGNAL_USER);
    CHECK_EQ(info.pid, (uint32_t)getpid());
    CHECK_EQ(info.uid, getuid());
    CHECK_EQ(info.value_ptr, 0);

    /* From another process. */
    pid_t parent = getpid();
    pid_t child = MUST(fork());
    if (child == 0)
        _exit(kill(parent, SIGUSR1) == 0 ? 0 : 1);
    CHECK_EQ(reap_child(child), 0);
    CHECK_EQ(take(fd).pid, (uint32_t)child);

    MUST(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
    CHECK_EQ(take(fd).code, LXE_SIGNAL_THREAD);
    CHECK_EQ(lxe_relay_read(fd, &info, 1), -EAGAIN);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
}

static void test_values(void)
{
    static const int values[] = {0, -1, INT32_MIN, INT32_MAX, 42};
    int signal = SIGRTMIN + 3;
    int32_t fd = lxe_relay_open(BIT(signal), LXE_NONBLOCK, 10);
    for (int i = 0; i < 5; i++) {
        queue(signal, values[i]);
        struct lxe_signal_info info = take(fd);
        CHECK_EQ(info.signal, (uint32_t)signal);
        CHECK_EQ(info.code, LXE_SIGNAL_QUEUE);
        CHECK_EQ(info.pid, (uint32_t)getpid());
        CHECK_EQ(info.value_int, values[i]);
        CHECK_EQ((int32_t)info.value_ptr, values[i]);
    }
    union sigval pointer = {.sival_ptr = &fd};
    MUST(sigqueue(getpid(), signal, pointer));
    CHECK_EQ(take(fd).value_ptr, (uintptr_t)&fd);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
}

static void test_timer_and_descriptor(void)
{
    int signal = SIGRTMIN + 4;
    int32_t fd = lxe_relay_open(BIT(signal), 0, 10);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal, .sigev_value.sival_int = -7};
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    MUST(timer_settime(timer, 0, &(struct itimerspec){.it_value.tv_nsec = 1}, NULL));
    struct lxe_signal_info info = take(fd);
    CHECK_EQ(info.code, LXE_SIGNAL_TIMER);
    CHECK_EQ(info.value_int, -7);
    CHECK_EQ(info.pid, 0);
    MUST(timer_delete(timer));

    int32_t ends[2];
    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], 0), 0);
    MUST(fcntl(ends[0], F_SETSIG, signal));
    MUST(fcntl(ends[0], F_SETOWN, getpid()));
    MUST(fcntl(ends[0], F_SETFL, O_ASYNC));
    CHECK_EQ(write(ends[1], "x", 1), 1);
    info = take(fd);
    CHECK_EQ(info.code, POLL_IN);
    CHECK_EQ(info.fd, ends[0]);
    CHECK((info.band & 1) != 0);
    close(ends[0]);
    close(ends[1]);
    lxe_relay_close_take(fd);
}

static void test_refused(void)
{
    static const int refused[] = {SIGKILL, SIGSTOP, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGABRT, SIGCHLD, 32, 33};
    for (uint32_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK_EQ(lxe_relay_open(BIT(refused[i]) | BIT(SIGUSR1), 0, 1), -EINVAL);
    CHECK_EQ(lxe_relay_open(0, 0, 1), -EINVAL);
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR1), LXE_INHERIT, 1), -EINVAL);
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR1), 0x80000000u, 1), -EINVAL);
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR1), 0, 0), -EINVAL);
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR1), 0, -1), -EINVAL);
    CHECK_EQ(handler_of(SIGUSR1), (uintptr_t)SIG_DFL);
}

static void test_bad_arguments(void)
{
    struct lxe_signal_info info;
    uint64_t count;
    int32_t ends[2];
    int32_t fd = lxe_relay_open(BIT(SIGUSR1), LXE_NONBLOCK, 1);
    CHECK_EQ(lxe_relay_read(fd, NULL, 1), -EFAULT);
    CHECK_EQ(lxe_relay_read(fd, &info, 0), -EINVAL);
    CHECK_EQ(lxe_relay_read(-1, &info, 1), -EBADF);
    CHECK_EQ(lxe_relay_dropped(fd, NULL), -EFAULT);
    CHECK_EQ(lxe_relay_dropped(fd, &count), 0);
    CHECK_EQ(count, 0);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(lxe_relay_close_take(fd), -EBADF);
    CHECK_EQ(lxe_relay_dropped(fd, &count), -EBADF);
    CHECK_EQ(lxe_relay_capacity(fd), -EBADF);
    CHECK_EQ(lxe_relay_close_take(-1), -EBADF);
    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], 0), 0);
    CHECK_EQ(lxe_relay_close_take(ends[0]), -EBADF); /* no subscription: not closed */
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
}

static void test_how_many(void)
{
    int32_t fds[LXE_RELAY_MAX_SUBSCRIPTIONS];
    for (int i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++) {
        fds[i] = lxe_relay_open(BIT(SIGUSR2), LXE_NONBLOCK, 1);
        CHECK(fds[i] >= 0);
    }
    int before = count_descriptors();
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR2), 0, 1), -EBUSY);
    CHECK_EQ(count_descriptors(), before);
    MUST(kill(getpid(), SIGUSR2));
    for (int i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++)
        CHECK_EQ(take(fds[i]).signal, SIGUSR2); /* each has it */
    MUST(kill(getpid(), SIGUSR2));
    for (int i = 1; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++)
        CHECK_EQ(lxe_relay_close_take(fds[i]), 0); /* not raised again: somebody has it still */
    CHECK_EQ(take(fds[0]).signal, SIGUSR2);
    CHECK_EQ(lxe_relay_close_take(fds[0]), 0);
}

static void test_no_descriptor(void)
{
    struct rlimit limit = {32, 32};
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    while (dup(0) >= 0)
        ;
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR1), 0, 1), -EMFILE);
    close(31); /* room for one, but a pipe needs two */
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR1), 0, 1), -EMFILE);
    CHECK_EQ(dup(0), 31);
    CHECK_EQ(handler_of(SIGUSR1), (uintptr_t)SIG_DFL);
}

static void test_capacity_and_drops(void)
{
    int signal = SIGRTMIN + 5;
    static const int32_t wishes[] = {1, 33, 1000, 8000};
    static struct lxe_signal_info infos[10000];
    for (int i = 0; i < 4; i++) {
        uint64_t dropped;
        int32_t fd = lxe_relay_open(BIT(signal), LXE_NONBLOCK, wishes[i]);
        int32_t capacity = lxe_relay_capacity(fd);
        CHECK(capacity >= wishes[i]);
        CHECK(capacity < 10000);
        for (int value = 0; value < capacity; value++)
            queue(signal, value);
        CHECK_EQ(lxe_relay_dropped(fd, &dropped), 0);
        CHECK_EQ(dropped, 0);
        for (int value = 0; value < 10; value++)
            queue(signal, capacity + value);
        CHECK_EQ(lxe_relay_dropped(fd, &dropped), 0);
        CHECK_EQ(dropped, 10);
        CHECK_EQ(lxe_relay_read(fd, infos, 10000), capacity);
        for (int value = 0; value < capacity; value++)
            CHECK_EQ(infos[value].value_int, value);
        CHECK_EQ(lxe_relay_close_take(fd), 0);
    }
    /* More than there can be is as much as there can be. */
    int32_t fd = lxe_relay_open(BIT(signal), LXE_NONBLOCK, INT32_MAX);
    CHECK(lxe_relay_capacity(fd) >= 32);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
}

/** The newest stay, in order, and what is read and what is dropped make all. */
static void test_drop_oldest(void)
{
    int signal = SIGRTMIN + 5;
    static struct lxe_signal_info infos[10000];
    CHECK_EQ(lxe_relay_open(BIT(signal), LXE_RELAY_DROP_OLDEST, 1), -EINVAL);
    for (int32_t wish = 1; wish < 8000; wish = wish * 9 + 1) {
        int32_t fd = lxe_relay_open(BIT(signal), LXE_NONBLOCK | LXE_RELAY_DROP_OLDEST, wish);
        int32_t sent = lxe_relay_capacity(fd) * 2 + 10;
        for (int value = 0; value < sent; value++)
            queue(signal, value);
        uint64_t dropped;
        CHECK_EQ(lxe_relay_dropped(fd, &dropped), 0);
        int32_t read = lxe_relay_read(fd, infos, 10000);
        CHECK_EQ(read + (int32_t)dropped, sent);
        CHECK(read > lxe_relay_capacity(fd) - (int32_t)sysconf(_SC_PAGESIZE) / 128);
        for (int i = 0; i < read; i++)
            CHECK_EQ(infos[i].value_int, sent - read + i);
        CHECK_EQ(lxe_relay_close_take(fd), 0);
    }
}

/** What is given back is read again; without room it is counted. */
static void test_unread(void)
{
    int signal = SIGRTMIN + 5;
    static struct lxe_signal_info infos[64];
    int32_t fd = lxe_relay_open(BIT(signal), LXE_NONBLOCK, 1), capacity = lxe_relay_capacity(fd);
    for (int value = 0; value < 3; value++)
        queue(signal, value);
    CHECK_EQ(lxe_relay_read(fd, infos, 2), 2);
    CHECK_EQ(lxe_relay_unread(fd, infos, 2), 0);
    CHECK_EQ(lxe_relay_unread(fd, infos, 0), 0);
    CHECK_EQ(lxe_relay_read(fd, infos, 64), 3);
    CHECK_EQ(infos[0].value_int, 2);
    CHECK_EQ(infos[1].value_int, 0);
    CHECK_EQ(infos[2].value_int, 1);
    for (int value = 0; value < capacity; value++)
        queue(signal, value);
    uint64_t dropped;
    CHECK_EQ(lxe_relay_unread(fd, infos, 3), 0);
    CHECK_EQ(lxe_relay_dropped(fd, &dropped), 0);
    CHECK_EQ(dropped, 3);
    CHECK_EQ(lxe_relay_read(fd, infos, 64), capacity);
    CHECK_EQ(lxe_relay_unread(fd, NULL, 1), -EFAULT);
    CHECK_EQ(lxe_relay_unread(fd, infos, -1), -EINVAL);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(lxe_relay_unread(fd, infos, 1), -EBADF);
}

static uint64_t taken(void)
{
    uint64_t count;
    CHECK_EQ(lxe_relay_taken(SIGNAL, &count), 0);
    return count;
}

/** Each signal that finds a subscription counts once, however many there are and whether there is room. */
static void test_taken(void)
{
    signal(SIGNAL, SIG_IGN);
    uint64_t before = taken();
    queue(SIGNAL, 0);
    CHECK_EQ(taken(), before);
    int32_t first = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, 1);
    int32_t second = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, 1);
    int32_t other = lxe_relay_open(BIT(SIGUSR1), LXE_NONBLOCK, 1);
    int count = lxe_relay_capacity(first) + 5;
    for (int value = 0; value < count; value++)
        queue(SIGNAL, value);
    CHECK_EQ(taken(), before + (uint64_t)count);
    CHECK_EQ(lxe_relay_close_take(first), 0);
    CHECK(lxe_relay_close_take(second) > 0);
    CHECK_EQ(taken(), before + (uint64_t)count);
    CHECK_EQ(lxe_relay_close_take(other), 0);
    uint64_t unused;
    CHECK_EQ(lxe_relay_taken(0, &unused), -EINVAL);
    CHECK_EQ(lxe_relay_taken(65, &unused), -EINVAL);
    CHECK_EQ(lxe_relay_taken(64, &unused), 0);
    CHECK_EQ(lxe_relay_taken(1, NULL), -EFAULT);
    signal(SIGNAL, SIG_DFL);
}

struct reader {
    int32_t fd, result;
    _Atomic int32_t thread;
    struct lxe_signal_info info;
};

static void *read_one(void *argument)
{
    struct reader *reader = argument;
    reader->thread = (int32_t)syscall(SYS_gettid);
    reader->result = lxe_relay_read(reader->fd, &reader->info, 1);
    return NULL;
}

static void test_a_read_blocks(void)
{
    for (int round = 0; round < 2; round++) {
        pthread_t thread;
        struct reader reader = {.fd = lxe_relay_open(BIT(SIGUSR1), 0, 1)};
        CHECK_EQ(pthread_create(&thread, NULL, read_one, &reader), 0);
        while (reader.thread == 0)
            sched_yield();
        await_sleep(getpid(), reader.thread);
        if (round == 0)
            MUST(kill(getpid(), SIGUSR1));
        else
            CHECK_EQ(lxe_relay_close_take(reader.fd), 0); /* ends the wait */
        CHECK_EQ(pthread_join(thread, NULL), 0);
        CHECK_EQ(reader.result, round == 0 ? 1 : -EBADF);
        if (round == 0)
            CHECK_EQ(lxe_relay_close_take(reader.fd), 0);
    }
}

static void *read_byte(void *argument)
{
    struct reader *reader = argument;
    char byte;
    reader->thread = (int32_t)syscall(SYS_gettid);
    ssize_t length = read(reader->fd, &byte, 1);
    reader->result = length == 1 ? byte : -errno;
    return NULL;
}

/** A thread that sleeps in read does not notice. CHECKLIST 80 */
static void test_calls_restart(void)
{
    int32_t ends[2];
    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], 0), 0);
    int32_t fd = lxe_relay_open(BIT(SIGUSR1), 0, 1);
    pthread_t thread;
    struct reader reader = {.fd = ends[0]};
    CHECK_EQ(pthread_create(&thread, NULL, read_byte, &reader), 0);
    while (reader.thread == 0)
        sched_yield();
    await_sleep(getpid(), reader.thread);
    MUST(syscall(SYS_tgkill, getpid(), reader.thread, SIGUSR1));
    CHECK_EQ(take(fd).code, LXE_SIGNAL_THREAD);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(reader.result, 'x');
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    close(ends[0]);
    close(ends[1]);
}

static void test_errno_and_flags(void)
{
    int32_t fd = lxe_relay_open(BIT(SIGUSR1), LXE_NONBLOCK, 1);
    struct sigaction action;
    MUST(sigaction(SIGUSR1, NULL, &action));
    CHECK_EQ(action.sa_flags & (SA_SIGINFO | SA_RESTART | SA_ONSTACK), SA_SIGINFO | SA_RESTART | SA_ONSTACK);
    CHECK_EQ(action.sa_flags & (SA_NODEFER | SA_RESETHAND), 0);
    for (int i = 0; i < 2 * lxe_relay_capacity(fd); i++) { /* half of them into a full pipe */
        errno = 4242;
        MUST(kill(getpid(), SIGUSR1));
        CHECK_EQ(errno, 4242);
    }
    struct lxe_signal_info infos[64];
    while (lxe_relay_read(fd, infos, 64) > 0)
        ;
    CHECK_EQ(lxe_relay_close_take(fd), 0);
}

int main(void)
{
    skip_without_prompt_signals();
    RUN(test_sender_and_code);
    RUN(test_values);
    RUN(test_timer_and_descriptor);
    RUN(test_refused);
    RUN(test_bad_arguments);
    RUN(test_how_many);
    IN_FORK(test_no_descriptor, 0);
    RUN(test_capacity_and_drops);
    RUN(test_drop_oldest);
    RUN(test_unread);
    RUN(test_taken);
    RUN(test_a_read_blocks);
    RUN(test_calls_restart);
    RUN(test_errno_and_flags);
    return 0;
}
