/* SPDX-License-Identifier: MIT */
/*
 * The relay's handler beside open, read and close. A thread sanitizer delays signals, so none is delivered: threads that
 * block them all do what the kernel would. They look which action is in place and call it, with the mask full
 * and a made ucontext; and what the handler sends again is pending for the thread then, and is taken and handed
 * over anew. The handler can't tell the difference, and every number must be accounted for once.
 */
#include "threads.h"

#include <sys/ioctl.h>
#include <ucontext.h>

#define SIGNAL (SIGRTMIN + 6)
#define SENDERS 2
#define ROUNDS 800 /* of each sender */

static _Atomic uint32_t by_former[SENDERS * ROUNDS], by_reader[SENDERS * ROUNDS], by_default[SENDERS * ROUNDS];
static _Atomic uint32_t sent_again, churned;
static uint32_t churners;
static ucontext_t context;

static void former(int signal, siginfo_t *info, void *unused)
{
    (void)signal;
    (void)unused;
    by_former[info->si_value.sival_int]++;
}

/** Takes a signal that is pending for this thread. */
static int take_pending(siginfo_t *info)
{
    const struct timespec at_once = {0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGNAL);
    return sigtimedwait(&set, info, &at_once) == SIGNAL;
}

/** Does with a signal what the kernel does. */
static void hand_over(siginfo_t *info)
{
    for (;;) {
        struct sigaction action;
        MUST(sigaction(SIGNAL, NULL, &action));
        sched_yield(); /* the kernel, too, may choose a handler long before it runs */
        if (action.sa_handler == SIG_DFL) {
            by_default[info->si_value.sival_int]++;
            return;
        }
        action.sa_sigaction(SIGNAL, info, &context);
        if (!take_pending(info))
            return;
        sent_again++;
    }
}

static void *send_all(void *index)
{
    while (churned < churners)
        sched_yield();
    for (int i = 0; i < ROUNDS; i++) {
        siginfo_t info;
        memset(&info, 0, sizeof info);
        info.si_signo = SIGNAL;
        info.si_code = SI_QUEUE;
        info.si_pid = getpid();
        info.si_value.sival_int = *(int *)index * ROUNDS + i;
        hand_over(&info);
    }
    working--;
    return NULL;
}

/** Return: whether there was something. */
static int read_some(int32_t fd)
{
    struct lxe_signal_info infos[8];
    int32_t count = lxe_relay_read(fd, infos, 8);
    CHECK(count > 0 || count == -EAGAIN);
    for (int32_t i = 0; i < count; i++)
        by_reader[infos[i].value_int]++;
    return count > 0;
}

/** Subscribes and unsubscribes as fast as it can; what nobody read comes back to it and is handed over. */
static void *churn(void *unused)
{
    for (int round = 0; working > 0; round++) {
        siginfo_t info;
        uint64_t dropped;
        int32_t fd = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, SENDERS * ROUNDS);
        CHECK(fd >= 0);
        if (round % 3 == 0)
            read_some(fd);
        CHECK(lxe_relay_capacity(fd) > 0);
        CHECK_EQ(lxe_relay_dropped(fd, &dropped), 0);
        CHECK_EQ(dropped, 0);
        CHECK(lxe_relay_close_take(fd) >= 0);
        while (take_pending(&info))
            hand_over(&info);
        churned++;
    }
    return unused;
}

/** Takes the numbers that closed descriptors had, and looks whether a handler writes there. */
static void *reuse(void *unused)
{
    while (working > 0) {
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

static void begin(void (*handler)(int, siginfo_t *, void *), uint32_t count)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    if (handler != NULL)
        action.sa_sigaction = handler;
    else
        action.sa_handler = SIG_DFL;
    MUST(sigaction(SIGNAL, &action, NULL));
    memset(by_former, 0, sizeof by_former);
    memset(by_reader, 0, sizeof by_reader);
    memset(by_default, 0, sizeof by_default);
    sent_again = churned = 0;
    churners = count;
}

static void tell(void)
{
    printf("  %u subscriptions for %d signals, of which %u came again\n", churned, SENDERS * ROUNDS, sent_again);
}

/** Whatever the relay does, the former handler is called for each signal once. */
static void test_the_former_handler_has_each_once(void)
{
    begin(former, 2);
    run_beside((void *(*const[])(void *)){send_all, send_all, churn, churn, reuse}, SENDERS, 5);
    tell();
    for (int i = 0; i < SENDERS * ROUNDS; i++)
        CHECK_EQ(by_former[i], 1);
}

/** Without one, each is read or has its default action, exactly once. */
static void test_read_or_default_never_lost(void)
{
    begin(NULL, 1);
    run_beside((void *(*const[])(void *)){send_all, send_all, churn, reuse}, SENDERS, 4);
    tell();
    for (int i = 0; i < SENDERS * ROUNDS; i++)
        CHECK_EQ(by_reader[i] + by_default[i], 1);
}

static int32_t lasting;

static void *read_lasting(void *unused)
{
    for (int last = 0; !last;) {
        last = working == 0;
        while (read_some(lasting))
            ;
        sched_yield();
    }
    return unused;
}

/** A subscription that lasts has each signal once, while others come and go. */
static void test_a_lasting_subscription_has_each_once(void)
{
    uint64_t dropped;
    begin(former, 1);
    lasting = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, SENDERS * ROUNDS);
    CHECK(lasting >= 0);
    run_beside((void *(*const[])(void *)){send_all, send_all, churn, read_lasting, reuse}, SENDERS, 5);
    tell();
    CHECK_EQ(lxe_relay_dropped(lasting, &dropped), 0);
    CHECK_EQ(dropped, 0);
    CHECK_EQ(lxe_relay_close_take(lasting), 0);
    for (int i = 0; i < SENDERS * ROUNDS; i++) {
        CHECK(by_reader[i] > 0); /* twice, if one that came and went has read it too */
        CHECK_EQ(by_former[i], 1);
    }
}

/** Somebody who installs himself above the relay and goes, again and again, calling what was there. */
static struct sigaction under;

static void above(int signal, siginfo_t *info, void *unused)
{
    under.sa_sigaction(signal, info, unused);
}

static void *overtake(void *unused)
{
    struct sigaction action = {.sa_sigaction = above, .sa_flags = SA_SIGINFO};
    while (working > 0) {
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
    begin(former, 0);
    lasting = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, SENDERS * ROUNDS);
    CHECK(lasting >= 0);
    MUST(sigaction(SIGNAL, NULL, &under));
    run_beside((void *(*const[])(void *)){send_all, send_all, overtake, read_lasting}, SENDERS, 4);
    CHECK_EQ(lxe_relay_dropped(lasting, &dropped), 0);
    CHECK_EQ(dropped, 0);
    CHECK_EQ(lxe_relay_close_take(lasting), 0);
    for (int i = 0; i < SENDERS * ROUNDS; i++) {
        CHECK_EQ(by_reader[i], 1);
        CHECK_EQ(by_former[i], 1);
    }
}

/** Calls the handler as somebody above it would: with a mask of his own. A full pipe counts what it can't take. */
static void (*handler)(int, siginfo_t *, void *);

static void *call_handler(void *unused)
{
    sigset_t none;
    siginfo_t info;
    sigemptyset(&none);
    CHECK_EQ(pthread_sigmask(SIG_SETMASK, &none, NULL), 0);
    memset(&info, 0, sizeof info);
    info.si_signo = SIGNAL;
    info.si_code = SI_QUEUE;
    for (int i = 0; i < ROUNDS; i++)
        handler(SIGNAL, &info, NULL);
    working--;
    return unused;
}

static void test_called_from_above_with_little_room(void)
{
    struct sigaction action;
    uint64_t dropped, before, taken;
    begin(former, 0);
    int32_t fd = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, 1);
    CHECK(fd >= 0);
    CHECK_EQ(lxe_relay_taken(SIGNAL, &before), 0);
    MUST(sigaction(SIGNAL, NULL, &action));
    handler = action.sa_sigaction;
    run_beside((void *(*const[])(void *)){call_handler, call_handler, churn, churn, reuse}, SENDERS, 5);
    CHECK_EQ(lxe_relay_taken(SIGNAL, &taken), 0);
    CHECK_EQ(taken - before, SENDERS * ROUNDS);
    CHECK_EQ(lxe_relay_dropped(fd, &dropped), 0);
    CHECK_EQ(dropped + (uint64_t)lxe_relay_capacity(fd), SENDERS * ROUNDS);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(by_former[0], SENDERS * ROUNDS);
}

int main(void)
{
    make_first_thread();
    block_all();
    memset(&context.uc_sigmask, 0xff, sizeof context.uc_sigmask);
    RUN(test_the_former_handler_has_each_once);
    RUN(test_read_or_default_never_lost);
    RUN(test_a_lasting_subscription_has_each_once);
    RUN(test_overtaken);
    RUN(test_called_from_above_with_little_room);
    return 0;
}
