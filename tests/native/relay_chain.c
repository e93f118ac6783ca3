/* SPDX-License-Identifier: MIT */
/* The relay above the actions of others: what was there before is called, restored, and in force in the child of a fork. */
#include "relay_support.h"

#include <setjmp.h>
#include <sys/resource.h>

static volatile int former_calls, former_value, former_errno; /* volatile: gcc knows that sigqueue calls nothing of ours */
static volatile uint64_t former_mask;
static volatile siginfo_t former_info;

static uint64_t mask_now(void)
{
    uint64_t mask;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
    return mask;
}

static void former(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    former_calls++;
    former_value = info->si_value.sival_int;
    former_info = *info;
    former_mask = mask_now();
    former_errno = errno;
    errno = 1;
}

static struct sigaction install(void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags}, before;
    sigaddset(&action.sa_mask, SIGUSR2);
    MUST(sigaction(SIGNAL, &action, &before));
    return before;
}

static int calls_since(void)
{
    int calls = former_calls;
    former_calls = 0;
    return calls;
}

static void test_former_is_called_and_restored(void)
{
    struct sigaction before, after;
    install(former, SA_RESTART);
    MUST(sigaction(SIGNAL, NULL, &before));
    int32_t fd = open_relay();
    errno = 77;
    queue(SIGNAL, 5);
    CHECK_EQ(errno, 77);
    CHECK_EQ(former_errno, 77);
    CHECK_EQ(calls_since(), 1);
    CHECK_EQ(former_value, 5);
    CHECK_EQ(former_info.si_pid, getpid());
    CHECK_EQ(former_mask, BIT(SIGNAL) | BIT(SIGUSR2)); /* what it asked for, as if it had been called by the kernel */
    CHECK_EQ(mask_now(), 0);
    CHECK_EQ(drain(fd), 1);
    queue(SIGNAL, 6);
    CHECK_EQ(lxe_relay_close_take(fd), 0); /* not raised again: it had its effect when it came */
    CHECK_EQ(calls_since(), 1);

    MUST(sigaction(SIGNAL, NULL, &after));
    CHECK_EQ((uintptr_t)after.sa_sigaction, (uintptr_t)before.sa_sigaction);
    CHECK_EQ(after.sa_flags, before.sa_flags);
    for (int signal = 1; signal <= SIGRTMAX; signal++)
        CHECK_EQ(sigismember(&after.sa_mask, signal), sigismember(&before.sa_mask, signal));
    queue(SIGNAL, 7);
    CHECK_EQ(calls_since(), 1);
    signal(SIGNAL, SIG_DFL);
}

/** For who kept the former handler from having its effect: it is called once more. */
static void test_raise_what_was_handled(void)
{
    install(former, 0);
    int32_t first = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK | LXE_RELAY_RAISE_HANDLED, 10);
    int32_t second = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK | LXE_RELAY_RAISE_HANDLED, 10);
    for (int value = 0; value < 3; value++)
        queue(SIGNAL, value);
    CHECK_EQ(calls_since(), 3);
    CHECK_EQ(lxe_relay_close_take(first), 0); /* the second has them too */
    CHECK_EQ(calls_since(), 0);
    CHECK_EQ(lxe_relay_close_take(second), 3);
    CHECK_EQ(calls_since(), 3);
    CHECK_EQ(former_value, 2);
    CHECK_EQ(former_info.si_code, SI_QUEUE);
    signal(SIGNAL, SIG_DFL);
}

static void test_former_that_asks_for_once(void)
{
    install(former, SA_RESETHAND);
    int32_t fd = open_relay();
    for (int i = 0; i < 3; i++)
        queue(SIGNAL, i);
    CHECK_EQ(calls_since(), 1);
    CHECK_EQ(drain(fd), 3);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)SIG_DFL);
}

static void test_ignored_stays_ignored(void)
{
    signal(SIGHUP, SIG_IGN);
    int32_t fd = lxe_relay_open(BIT(SIGHUP), LXE_NONBLOCK, 1);
    MUST(kill(getpid(), SIGHUP));
    MUST(kill(getpid(), SIGHUP));
    struct lxe_signal_info info;
    CHECK_EQ(lxe_relay_read(fd, &info, 1), 1);
    lxe_relay_close_take(fd);
    CHECK_EQ(handler_of(SIGHUP), (uintptr_t)SIG_IGN);
    MUST(kill(getpid(), SIGHUP));
    signal(SIGHUP, SIG_DFL);
}

static void default_comes_back(void)
{
    int32_t fd = lxe_relay_open(BIT(SIGTERM), LXE_NONBLOCK, 1);
    struct lxe_signal_info info;
    MUST(kill(getpid(), SIGTERM));
    CHECK_EQ(lxe_relay_read(fd, &info, 1), 1);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    MUST(kill(getpid(), SIGTERM));
}

static void unread_ends_the_process(void)
{
    int32_t fd = lxe_relay_open(BIT(SIGTERM), LXE_NONBLOCK, 1);
    MUST(kill(getpid(), SIGTERM));
    lxe_relay_close_take(fd);
}

/** No more signals may be queued, which others of this user may have seen to: then it comes without its value. */
static void unread_ends_the_process_without_room(void)
{
    int32_t fd = open_relay();
    queue(SIGNAL, 1);
    MUST(setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){0, 0}));
    lxe_relay_close_take(fd);
}

/** Where the calling thread blocks them, one can see what is raised again: SIGTERM once, real-time signals each. */
static void rest_keeps_sender_and_value(void)
{
    for (int count = 31; count <= 65; count++) {
        int32_t fd = open_relay();
        for (int value = 0; value < count; value++)
            queue(SIGNAL, value - 40);
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGNAL);
        MUST(sigprocmask(SIG_BLOCK, &set, NULL));
        CHECK_EQ(lxe_relay_close_take(fd), count);
        CHECK_EQ(fcntl(fd, F_GETFD), -1);
        for (int value = 0; value < count; value++) {
            siginfo_t info;
            CHECK_EQ(sigtimedwait(&set, &info, &(struct timespec){0}), SIGNAL);
            CHECK_EQ(info.si_code, SI_QUEUE);
            CHECK_EQ(info.si_value.sival_int, value - 40);
            CHECK_EQ(info.si_pid, getpid());
            CHECK_EQ(info.si_uid, getuid());
        }
        CHECK_EQ(sigtimedwait(&set, NULL, &(struct timespec){0}), -1);
        MUST(sigprocmask(SIG_UNBLOCK, &set, NULL));
    }
}

static sigjmp_buf out;

static void leave(int signal)
{
    siglongjmp(out, signal);
}

static void test_former_that_jumps(void)
{
    signal(SIGNAL, leave);
    int32_t fd = open_relay();
    for (int round = 0; round < 1000; round++) {
        if (sigsetjmp(out, 1) == 0) {
            queue(SIGNAL, round);
            CHECK(0);
        }
        CHECK_EQ(drain(fd), 1);
    }
    CHECK_EQ(mask_now(), 0);
    CHECK_EQ(lxe_relay_close_take(fd), 0); /* does not wait for those that left */
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)leave);
    signal(SIGNAL, SIG_DFL);
}

static void leave_process(int signal)
{
    (void)signal;
    _exit(42);
}

static void former_that_exits(void)
{
    signal(SIGNAL, leave_process);
    open_relay();
    queue(SIGNAL, 0);
}

static int32_t parents;

/** The child of a fork has no subscription: the default is in force, and the parent hears nothing. */
static int end_by_signal(void *unused)
{
    (void)unused;
    queue(SIGNAL, 1);
    return 1;
}

static int use_in_child(void *unused)
{
    (void)unused;
    uint64_t dropped;
    CHECK_EQ(lxe_relay_close_take(parents), -EBADF);
    CHECK_EQ(lxe_relay_capacity(parents), -EBADF);
    CHECK_EQ(lxe_relay_dropped(parents, &dropped), -EBADF);
    int32_t own[LXE_RELAY_MAX_SUBSCRIPTIONS]; /* none is the parent's */
    for (int i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++)
        own[i] = open_relay();
    for (int round = 0; round < 2; round++) {
        queue(SIGNAL, 1);
        for (int i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++)
            CHECK_EQ(drain(own[i]), 1);
    }
    for (int i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++)
        CHECK_EQ(lxe_relay_close_take(own[i]), 0);
    queue(SIGNAL, 1);
    return 1;
}

static int former_in_child(void *unused)
{
    (void)unused;
    queue(SIGNAL, 1);
    queue(SIGNAL, 1);
    return former_calls;
}

static void test_child_of_a_fork(void)
{
    parents = open_relay();
    CHECK_EQ(WTERMSIG(reap_child(start_child(end_by_signal, NULL))), SIGNAL);
    CHECK_EQ(WTERMSIG(reap_child(start_child(use_in_child, NULL))), SIGNAL);
    CHECK_EQ(drain(parents), 0);
    queue(SIGNAL, 1);
    CHECK_EQ(drain(parents), 1);
    CHECK_EQ(lxe_relay_close_take(parents), 0);

    install(former, 0);
    parents = open_relay();
    former_calls = 0;
    CHECK_EQ(WEXITSTATUS(reap_child(start_child(former_in_child, NULL))), 2);
    CHECK_EQ(lxe_relay_close_take(parents), 0);
    signal(SIGNAL, SIG_DFL);
}

/** A child in our memory, as of vfork, must not disturb what we have. */
static void test_child_in_our_memory(void)
{
    int32_t fd = open_relay();
    pid_t child = vfork();
    if (child == 0) {
        queue(SIGNAL, 1);
        _exit(1);
    }
    CHECK_EQ(WTERMSIG(reap_child(child)), SIGNAL);
    CHECK_EQ(drain(fd), 0);
    queue(SIGNAL, 1);
    CHECK_EQ(drain(fd), 1);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)SIG_DFL);
}

int main(void)
{
    skip_without_prompt_signals();
    RUN(test_former_is_called_and_restored);
    RUN(test_raise_what_was_handled);
    RUN(test_former_that_asks_for_once);
    RUN(test_ignored_stays_ignored);
    RUN(test_former_that_jumps);
    RUN(test_child_of_a_fork);
    RUN(test_child_in_our_memory);
    IN_FORK(default_comes_back, SIGTERM);
    IN_FORK(unread_ends_the_process, SIGTERM);
    IN_FORK(unread_ends_the_process_without_room, SIGNAL);
    IN_FORK(rest_keeps_sender_and_value, 0);
    IN_FORK(former_that_exits, 42 << 8);
    return 0;
}
