/* SPDX-License-Identifier: MIT */
/*
 * Deadlines and signal masks of lxe_epoll_wait, by epoll_pwait2 and again without it. The library is built to call
 * libc's syscall(); the one below stands before it, so that the calls of a wait can be counted
 * and a test can act, or refuse, in the middle of one.
 */
#include "epoll_check.h"

#include <dlfcn.h>
#include <stdarg.h>

enum { EPOLL_PWAIT2 = 441 }; /* not in old headers */

static int calls;    /* since a test set it to 0, of the calls that wait */
static int refuse;   /* errno for epoll_pwait2, 0 to let it through */
static int scripted; /* ppoll finds an event that comes at the last moment ... */
static int thefts;   /* ... and that is gone again before the wait can take it, so many times */
static int set, counter;

long syscall(long number, ...)
{
    static long (*libcs)(long, ...);
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (libcs == NULL)
        *(void **)&libcs = dlsym(RTLD_NEXT, "syscall");
    calls += number == EPOLL_PWAIT2 || number == SYS_epoll_pwait || number == SYS_ppoll;
    if (number == EPOLL_PWAIT2 && refuse != 0) {
        errno = refuse;
        return -1;
    }
    if (number == SYS_ppoll && scripted)
        CHECK_EQ(lxe_eventfd_write(counter, 1), 0);
    long result = libcs(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    if (number == SYS_ppoll && thefts > 0) {
        thefts--;
        drain_counter(counter);
    }
    return result;
}

static int by_ppoll(void)
{
    struct lxe_feature_info info = {.size = sizeof info};
    CHECK(lxe_feature_query(LXE_FEATURE_EPOLL_PWAIT2, &info) >= 0);
    return info.state != LXE_FEATURE_PRESENT || refuse != 0;
}

static void check_timing_out(int64_t span)
{
    int64_t deadline = now() + span;
    CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, deadline, NULL), 0);
    CHECK(now() >= deadline);
}

/* CHECKLIST 36 */
static void test_never_early_and_never_spinning(void)
{
    static const int64_t spans[] = {1, 1000, 50000, 999999, 1000000, 2000001};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        for (int round = 0; round < 20; round++) {
            calls = 0;
            check_timing_out(spans[i]);
            CHECK(calls >= 1);
            CHECK(calls <= (by_ppoll() ? 3 : 1) + (refuse != 0)); /* look, sleep, look */
        }
    }
}

static void test_a_past_deadline_only_looks(void)
{
    const int64_t past[] = {0, 1, -1, INT64_MIN, now()};
    for (int ready = 0; ready < 2; ready++) {
        for (size_t i = 0; i < sizeof past / sizeof *past; i++) {
            calls = 0;
            CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, past[i], NULL), ready);
            CHECK_EQ(calls, 1);
        }
        CHECK_EQ(lxe_eventfd_write(counter, 1), 0);
    }
    drain_counter(counter);
}

static void test_huge_deadlines_do_not_overflow(void)
{
    static const int64_t deadlines[] = {LXE_NO_DEADLINE, LXE_NO_DEADLINE - 1, INT64_MAX / 2, (1LL << 32) * 1000000000};
    struct interrupter interrupter;
    start_interrupter(&interrupter);
    for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++)
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, deadlines[i], NULL), -EINTR);
    stop_interrupter(&interrupter);
}

static void *write_once_asleep(void *unused)
{
    (void)unused;
    await_sleep(getpid(), getpid());
    CHECK_EQ(lxe_eventfd_write(counter, 1), 0);
    return NULL;
}

static void test_an_event_ends_the_wait(void)
{
    static const int64_t deadlines[] = {LXE_NO_DEADLINE, LXE_NO_DEADLINE - 1};
    for (int i = 0; i < 2; i++) {
        pthread_t writer;
        CHECK_EQ(pthread_create(&writer, NULL, write_once_asleep, NULL), 0);
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, deadlines[i], NULL), 1);
        CHECK_EQ(events[0].data, 77);
        CHECK_EQ(pthread_join(writer, NULL), 0);
        drain_counter(counter);
    }
}

/* With a whole hour left, each interruption is reported, and the same deadline serves again. */
static void test_interruptions_are_reported(void)
{
    struct interrupter interrupter;
    int64_t deadline = now() + 3600LL * 1000000000;
    start_interrupter(&interrupter);
    for (int i = 0; i < 10; i++)
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, deadline, NULL), -EINTR);
    stop_interrupter(&interrupter);
}

static volatile sig_atomic_t handled;

static void count_signal(int signal)
{
    (void)signal;
    handled++;
}

static void test_the_signal_mask_holds_while_waiting(void)
{
    const int64_t deadlines[] = {LXE_NO_DEADLINE, LXE_NO_DEADLINE - 1};
    const uint64_t nothing = 0, usr2 = 1ULL << (SIGUSR2 - 1);
    struct sigaction action = {.sa_handler = count_signal}, former_action;
    sigset_t blocked, former_mask, mask;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    MUST(sigaction(SIGUSR2, &action, &former_action));
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &blocked, &former_mask), 0);
    handled = 0;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(pthread_kill(pthread_self(), SIGUSR2), 0);
        check_timing_out(1000);                                                                  /* blocked as before */
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, now() + 1000, &usr2), 0);                  /* blocked by the call */
        CHECK_EQ(handled, i);
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, deadlines[i], &nothing), -EINTR);
        CHECK_EQ(handled, i + 1);
    }
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    CHECK(sigismember(&mask, SIGUSR2)); /* and is what it was afterwards */
    CHECK_EQ(pthread_sigmask(SIG_SETMASK, &former_mask, NULL), 0);
    MUST(sigaction(SIGUSR2, &former_action, NULL));
}

/* Between ppoll and the wait another thread may come. Where the wait is one system call nobody can. */
static void test_an_event_that_another_thread_took(void)
{
    if (!by_ppoll())
        return;
    for (int stolen = 0; stolen < 3; stolen++) {
        scripted = 1;
        thefts = stolen;
        calls = 0;
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, now() + 3600LL * 1000000000, NULL), 1);
        CHECK_EQ(calls, 3 + 2 * stolen + (refuse != 0));
        scripted = 0;
        drain_counter(counter);
    }
}

static void test_errors(void)
{
    const int64_t deadlines[] = {0, now() + 3600LL * 1000000000, LXE_NO_DEADLINE};
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(lxe_epoll_wait(set, NULL, CAPACITY, deadlines[i], NULL), -EFAULT);
        CHECK_EQ(lxe_epoll_wait(set, events, 0, deadlines[i], NULL), -EINVAL);
        CHECK_EQ(lxe_epoll_wait(set, events, -1, deadlines[i], NULL), -EINVAL);
        CHECK_EQ(lxe_epoll_wait(set, events, INT32_MAX, deadlines[i], NULL), -EINVAL);
        CHECK_EQ(lxe_epoll_wait(-1, events, CAPACITY, deadlines[i], NULL), -EBADF);
        CHECK_EQ(lxe_epoll_wait(counter, events, CAPACITY, deadlines[i], NULL), -EINVAL);
        CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, deadlines[i], (const uint64_t *)8), -EFAULT);
    }
}

static void run_all(void)
{
    RUN(test_never_early_and_never_spinning);
    RUN(test_a_past_deadline_only_looks);
    RUN(test_huge_deadlines_do_not_overflow);
    RUN(test_an_event_ends_the_wait);
    RUN(test_interruptions_are_reported);
    RUN(test_the_signal_mask_holds_while_waiting);
    RUN(test_an_event_that_another_thread_took);
    RUN(test_errors);
}

int main(void)
{
    set = make_set();
    counter = make_counter(0);
    CHECK_EQ(lxe_epoll_add(set, counter, LXE_EPOLL_IN, 77), 0);
    puts(by_ppoll() ? "by ppoll" : "by epoll_pwait2");
    run_all();
    if (!by_ppoll()) {
        static const int refusals[] = {EPERM, ENOSYS}; /* a sandbox that closed after the feature was found */
        for (int i = 0; i < 2; i++) {
            refuse = refusals[i];
            printf("epoll_pwait2 refused: %s\n", strerror(refuse));
            run_all();
        }
        refuse = 0;
        CHECK_EQ(lxe_feature_disable(LXE_FEATURE_EPOLL_PWAIT2), 0);
        puts("by ppoll");
        run_all();
    }
    close_all(set, counter, -1);
    return 0;
}
