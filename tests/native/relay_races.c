/* SPDX-License-Identifier: MIT */
/*
 * Signals that come while subscriptions come and go. Every signal has a number of its own; at the end each is
 * accounted for: none is lost, none comes twice.
 */
#include "relay_support.h"

#include <setjmp.h>
#include <sys/ioctl.h>

#define RAISERS 2
#define ROUNDS 5000 /* of each raiser */

static _Atomic uint32_t by_former[RAISERS * ROUNDS], by_reader[RAISERS * ROUNDS];
static _Atomic int raising, churned;

/** Sends ROUNDS signals to its own thread. */
static void *raise_all(void *argument)
{
    int first = *(int *)argument;
    for (int i = 0; i < ROUNDS; i++)
        queue_to_itself(first + i);
    raising--;
    return NULL;
}

static void former(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    by_former[info->si_value.sival_int]++;
}

/** Subscribes and unsubscribes as fast as it can, and reads what there is now and then. */
static void *churn(void *unused)
{
    struct lxe_signal_info infos[8];
    for (int round = 0; raising > 0; round++) {
        int32_t fd = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, 1);
        CHECK(fd >= 0);
        if (round % 3 == 0)
            CHECK(lxe_relay_read(fd, infos, 8) != 0);
        CHECK_EQ(lxe_relay_close_take(fd), 0);
        churned++;
    }
    return unused;
}

/** Takes the numbers that closed descriptors had, and looks whether a handler writes there. */
static void *reuse(void *unused)
{
    while (raising > 0) {
        int32_t ends[2];
        int waiting;
        CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], LXE_NONBLOCK), 0);
        sched_yield();
        MUST(ioctl(ends[0], FIONREAD, &waiting));
        CHECK_EQ(waiting, 0);
        close(ends[0]);
        close(ends[1]);
    }
    return unused;
}

static void run_threads(void *(*const others[])(void *), int count)
{
    pthread_t threads[RAISERS + 8];
    int firsts[RAISERS];
    raising = RAISERS;
    for (int i = 0; i < count; i++)
        CHECK_EQ(pthread_create(&threads[RAISERS + i], NULL, others[i], NULL), 0);
    for (int i = 0; i < RAISERS; i++) {
        firsts[i] = i * ROUNDS;
        CHECK_EQ(pthread_create(&threads[i], NULL, raise_all, &firsts[i]), 0);
    }
    for (int i = 0; i < RAISERS + count; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static void install(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGNAL, &action, NULL));
    memset(by_former, 0, sizeof by_former);
    memset(by_reader, 0, sizeof by_reader);
    churned = 0;
}

static void check_all(const _Atomic uint32_t *counts)
{
    for (int i = 0; i < RAISERS * ROUNDS; i++)
        CHECK_EQ(counts[i], 1);
}

/** Whatever the relay does, the former handler is called for each signal once. */
static void test_the_former_handler_has_each_once(void)
{
    install(former);
    run_threads((void *(*const[])(void *)){churn, churn, reuse}, 3);
    printf("  %d subscriptions for %d signals\n", churned, RAISERS * ROUNDS);
    check_all(by_former);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)former);
    signal(SIGNAL, SIG_DFL);
}

static int32_t lasting;
static uint64_t lasting_read;

static void *read_lasting(void *unused)
{
    struct lxe_signal_info infos[64];
    for (int last = 0;;) {
        int32_t count = lxe_relay_read(lasting, infos, 64);
        for (int32_t i = 0; i < count; i++) {
            by_reader[infos[i].value_int]++;
            lasting_read++;
        }
        if (last && count == -EAGAIN)
            return unused;
        last = raising == 0;
        sched_yield();
    }
}

/** A subscription that lasts has each signal once, or has counted it as dropped, while others come and go. */
static void test_a_lasting_subscription_has_each_once(int32_t capacity)
{
    uint64_t dropped, taken_before;
    install(former);
    CHECK_EQ(lxe_relay_taken(SIGNAL, &taken_before), 0);
    lasting = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, capacity);
    lasting_read = 0;
    run_threads((void *(*const[])(void *)){churn, churn, reuse, read_lasting}, 4);
    CHECK_EQ(lxe_relay_dropped(lasting, &dropped), 0);
    CHECK_EQ(lxe_relay_close_take(lasting), 0);
    printf("  %d subscriptions came and went, %d signals read, %d dropped\n", churned, (int)lasting_read, (int)dropped);
    CHECK_EQ(lasting_read + dropped, RAISERS * ROUNDS);
    uint64_t missing = 0;
    for (int i = 0; i < RAISERS * ROUNDS; i++) {
        CHECK(by_reader[i] <= 1);
        missing += by_reader[i] == 0;
    }
    CHECK_EQ(missing, dropped);
    uint64_t taken;
    CHECK_EQ(lxe_relay_taken(SIGNAL, &taken), 0);
    CHECK_EQ(taken - taken_before, RAISERS * ROUNDS);
    check_all(by_former);
    signal(SIGNAL, SIG_DFL);
}

static void test_with_room(void)
{
    test_a_lasting_subscription_has_each_once(8192);
}

static void test_with_little_room(void)
{
    test_a_lasting_subscription_has_each_once(1);
}

/** Somebody who installs himself above us and goes, again and again, calling what was there. */
static struct sigaction under;
static _Atomic uintptr_t under_handler;

static void above(int signal, siginfo_t *info, void *context)
{
    ((void (*)(int, siginfo_t *, void *))under_handler)(signal, info, context);
}

static void *overtake(void *unused)
{
    struct sigaction action = {.sa_sigaction = above, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGNAL, NULL, &under));
    under_handler = (uintptr_t)under.sa_sigaction;
    while (raising > 0) {
        MUST(sigaction(SIGNAL, &action, NULL));
        sched_yield();
        MUST(sigaction(SIGNAL, &under, NULL));
        sched_yield();
    }
    return unused;
}

static void test_overtaken(void)
{
    uint64_t dropped;
    install(former);
    lasting = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, 8192);
    lasting_read = 0;
    run_threads((void *(*const[])(void *)){overtake, read_lasting}, 2);
    CHECK_EQ(lxe_relay_dropped(lasting, &dropped), 0);
    CHECK_EQ(lxe_relay_close_take(lasting), 0);
    CHECK_EQ(lasting_read + dropped, RAISERS * ROUNDS);
    check_all(by_former);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)former);
    signal(SIGNAL, SIG_DFL);
}

/* A former handler that leaves by longjmp, with what that thread raises. */
static _Thread_local sigjmp_buf out;

static void jump(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    by_former[info->si_value.sival_int]++;
    siglongjmp(out, 1);
}

static void *raise_and_jump(void *argument)
{
    int first = *(int *)argument;
    for (volatile int i = 0; i < ROUNDS; i++)
        if (sigsetjmp(out, 1) == 0) {
            queue_to_itself(first + i);
            CHECK(0);
        }
    raising--;
    return NULL;
}

static void test_a_former_handler_that_jumps(void)
{
    pthread_t raiser, churner;
    int first = 0;
    install(jump);
    raising = 1;
    CHECK_EQ(pthread_create(&churner, NULL, churn, NULL), 0);
    CHECK_EQ(pthread_create(&raiser, NULL, raise_and_jump, &first), 0);
    CHECK_EQ(pthread_join(raiser, NULL), 0);
    CHECK_EQ(pthread_join(churner, NULL), 0);
    for (int i = 0; i < ROUNDS; i++)
        CHECK_EQ(by_former[i], 1);
    signal(SIGNAL, SIG_DFL);
}

/* One signal against one unsubscription: it is read, or it ends the process. */
static void *send_terminate(void *started)
{
    *(_Atomic int *)started = 1;
    MUST(kill(getpid(), SIGTERM));
    return NULL;
}

static int race_once(void *spin)
{
    pthread_t sender;
    _Atomic int started = 0;
    int32_t fd = lxe_relay_open(BIT(SIGTERM), LXE_NONBLOCK, 1);
    CHECK_EQ(pthread_create(&sender, NULL, send_terminate, &started), 0);
    while (!started)
        sched_yield();
    for (volatile int i = *(int *)spin; i > 0; i--)
        ;
    struct lxe_signal_info info;
    int32_t count = lxe_relay_read(fd, &info, 1);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(pthread_join(sender, NULL), 0);
    return count == 1 ? 42 : 43; /* 43: neither read nor dead */
}

static void test_read_or_default_never_lost(void)
{
    int read = 0, ended = 0;
    for (int round = 0; round < 600; round++) {
        int spin = round * 7 % 4000;
        int status = reap_child(start_child(race_once, &spin));
        if (WIFEXITED(status))
            CHECK_EQ(WEXITSTATUS(status), 42);
        else
            CHECK_EQ(WTERMSIG(status), SIGTERM);
        read += WIFEXITED(status);
        ended += WIFSIGNALED(status);
    }
    printf("  read %d times, ended the process %d times\n", read, ended);
}

int main(void)
{
    skip_without_prompt_signals();
    RUN(test_the_former_handler_has_each_once);
    RUN(test_with_room);
    RUN(test_with_little_room);
    RUN(test_overtaken);
    RUN(test_a_former_handler_that_jumps);
    RUN(test_read_or_default_never_lost);
    return 0;
}
