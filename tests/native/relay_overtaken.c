/* SPDX-License-Identifier: MIT */
/* The relay below the handlers of others, who came later: they are not taken away, and go when they like. */
#include "relay_support.h"

static volatile int former_calls; /* volatile: gcc knows that sigqueue calls nothing of ours */

static void former(int signal)
{
    (void)signal;
    former_calls++;
}

/* Somebody who installs a handler above the relay's, and calls what was there, if it is a function. */
static struct sigaction under;
static volatile int above_calls, above_chains;

static void above(int signal, siginfo_t *info, void *context)
{
    above_calls++;
    if (above_chains && under.sa_handler != SIG_DFL && under.sa_handler != SIG_IGN)
        under.sa_sigaction(signal, info, context);
}

static void send_and_expect(int of_above, int of_former)
{
    above_calls = former_calls = 0;
    queue(SIGNAL, 9);
    CHECK_EQ(above_calls, of_above);
    CHECK_EQ(former_calls, of_former);
}

static void overtaken(int flags, int mask_all)
{
    struct sigaction action = {.sa_sigaction = above, .sa_flags = SA_SIGINFO | flags};
    if (mask_all)
        sigfillset(&action.sa_mask);
    above_chains = 1;
    signal(SIGNAL, former);
    int32_t first = open_relay();
    MUST(sigaction(SIGNAL, &action, &under));
    send_and_expect(1, 1);
    CHECK_EQ(drain(first), 1);

    /* The last subscription ends below: we pass on. */
    CHECK_EQ(lxe_relay_close_take(first), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)above);
    send_and_expect(1, 1);

    /* A new one is heard, above all others, and each is called once. */
    int32_t second = open_relay(), third = open_relay();
    send_and_expect(1, 1);
    CHECK_EQ(drain(second), 1);
    CHECK_EQ(drain(third), 1);
    CHECK_EQ(lxe_relay_close_take(second), 0);
    send_and_expect(1, 1);
    CHECK_EQ(drain(third), 1);
    CHECK_EQ(lxe_relay_close_take(third), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)above);
    send_and_expect(1, 1);

    /* It goes, and takes our upper level along, while there is a subscription. */
    int32_t fourth = open_relay();
    MUST(sigaction(SIGNAL, &under, NULL));
    send_and_expect(0, 1);
    CHECK_EQ(drain(fourth), 1);
    int32_t fifth = open_relay();
    send_and_expect(0, 1);
    CHECK_EQ(drain(fourth), 1);
    CHECK_EQ(drain(fifth), 1);
    CHECK_EQ(lxe_relay_close_take(fourth), 0);
    CHECK_EQ(lxe_relay_close_take(fifth), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)former);
    send_and_expect(0, 1);

    /* It goes when there is none any more: with the next signal we go too. */
    first = open_relay();
    MUST(sigaction(SIGNAL, &action, &under));
    CHECK_EQ(lxe_relay_close_take(first), 0);
    MUST(sigaction(SIGNAL, &under, NULL));
    CHECK(handler_of(SIGNAL) != (uintptr_t)former);
    send_and_expect(0, 1);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)former);
    signal(SIGNAL, SIG_DFL);
}

static void test_overtaken(void)
{
    overtaken(0, 0);
    overtaken(SA_NODEFER, 0);
    overtaken(0, 1);
}

static void test_overtaken_by_one_that_does_not_chain(void)
{
    struct sigaction action = {.sa_sigaction = above, .sa_flags = SA_SIGINFO};
    above_chains = 0;
    int32_t first = open_relay();
    MUST(sigaction(SIGNAL, &action, &under));
    send_and_expect(1, 0);
    CHECK_EQ(drain(first), 0); /* it keeps it for itself */
    int32_t second = open_relay();
    send_and_expect(1, 0);
    CHECK_EQ(drain(first), 1);
    CHECK_EQ(drain(second), 1);
    CHECK_EQ(lxe_relay_close_take(first), 0);
    CHECK_EQ(lxe_relay_close_take(second), 0);

    /* Below a default there is nothing to pass on to; above it is the one who decides. */
    above_chains = 1;
    send_and_expect(1, 0);
    signal(SIGNAL, SIG_DFL);
}

/** As often as somebody throws us out: the next subscription hears, and so do those that were deaf. */
static void test_thrown_out(void)
{
    int32_t first = open_relay();
    for (int round = 0; round < 10; round++) {
        signal(SIGNAL, round % 2 == 0 ? SIG_DFL : SIG_IGN);
        int32_t second = open_relay();
        queue(SIGNAL, round);
        CHECK_EQ(drain(first), 1);
        CHECK_EQ(drain(second), 1);
        CHECK_EQ(lxe_relay_close_take(second), 0);
    }
    signal(SIGNAL, SIG_IGN);
    queue(SIGNAL, 0);
    CHECK_EQ(drain(first), 0);
    CHECK_EQ(lxe_relay_close_take(first), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)SIG_IGN); /* not ours to restore */
    signal(SIGNAL, SIG_DFL);
}

/** Whether somebody stands above the relay that nobody needs; if nobody does, it goes. */
static void test_settle(void)
{
    struct sigaction action = {.sa_sigaction = above, .sa_flags = SA_SIGINFO};
    CHECK_EQ(lxe_relay_settle(0), -EINVAL);
    CHECK_EQ(lxe_relay_settle(65), -EINVAL);
    CHECK_EQ(lxe_relay_settle(64), 0);
    int32_t fd = open_relay();
    CHECK_EQ(lxe_relay_settle(SIGNAL), 0);
    MUST(sigaction(SIGNAL, &action, &under));
    CHECK_EQ(lxe_relay_settle(SIGNAL), 0);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(lxe_relay_settle(SIGNAL), 1);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)above);
    MUST(sigaction(SIGNAL, &under, NULL));
    CHECK_EQ(lxe_relay_settle(SIGNAL), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)SIG_DFL);
}

/** Once the one above is gone, the default has its effect again: the process ends. */
static void default_after_being_overtaken(void)
{
    struct sigaction action = {.sa_sigaction = above, .sa_flags = SA_SIGINFO};
    int32_t fd = lxe_relay_open(BIT(SIGUSR1), 0, 1);
    MUST(sigaction(SIGUSR1, &action, &under));
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    above_calls = 0;
    above_chains = 1;
    MUST(kill(getpid(), SIGUSR1));
    CHECK_EQ(above_calls, 1);
    MUST(sigaction(SIGUSR1, &under, NULL));
    MUST(kill(getpid(), SIGUSR1));
}

static void other_1(int signal) { (void)signal; }
static void other_2(int signal) { (void)signal; }
static void other_3(int signal) { (void)signal; }
static void other_4(int signal) { (void)signal; }

static void again_and_again(void)
{
    static void (*const others[])(int) = {other_1, other_2, other_3, other_4};
    int32_t fds[4];
    for (int i = 0; i < 4; i++) {
        fds[i] = open_relay();
        signal(SIGNAL, others[i]);
    }
    int before = count_descriptors();
    CHECK_EQ(lxe_relay_open(BIT(SIGUSR1) | BIT(SIGNAL), 0, 1), -EBUSY);
    CHECK_EQ(count_descriptors(), before);
    CHECK_EQ(handler_of(SIGUSR1), (uintptr_t)SIG_DFL);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(lxe_relay_close_take(fds[i]), 0);
}

/** One who comes and goes during a subscription, while others begin and end, never comes too often. */
static void coming_and_going(void)
{
    struct sigaction action = {.sa_sigaction = above, .sa_flags = SA_SIGINFO};
    above_chains = 1;
    signal(SIGNAL, former);
    int32_t fd = open_relay();
    for (int i = 0; i < 10; i++) {
        MUST(sigaction(SIGNAL, &action, &under));
        int32_t second = open_relay();
        send_and_expect(1, 1);
        CHECK_EQ(drain(fd), 1);
        CHECK_EQ(drain(second), 1);
        if (i % 2 == 0)
            CHECK_EQ(lxe_relay_close_take(second), 0);
        MUST(sigaction(SIGNAL, &under, NULL));
        if (i % 2 != 0)
            CHECK_EQ(lxe_relay_close_take(second), 0);
        send_and_expect(0, 1);
        CHECK_EQ(drain(fd), 1);
    }
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)former);
}

int main(void)
{
    skip_without_prompt_signals();
    RUN(test_overtaken);
    RUN(test_overtaken_by_one_that_does_not_chain);
    RUN(test_thrown_out);
    RUN(test_settle);
    IN_FORK(default_after_being_overtaken, SIGUSR1);
    IN_FORK(again_and_again, 0);
    IN_FORK(coming_and_going, 0);
    return 0;
}
