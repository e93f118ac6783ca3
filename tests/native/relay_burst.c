/* SPDX-License-Identifier: MIT */
/* Many different signals at once, above handlers of others: ten frames on each other would use an alternate stack up. */
#include "relay_support.h"

#define SIGNALS 10

static char stack[256 * 1024];
static volatile int calls;
static volatile uintptr_t lowest, highest;

static void former(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    uintptr_t here = (uintptr_t)context; /* in the kernel's frame */
    if (calls++ == 0)
        lowest = highest = here;
    lowest = here < lowest ? here : lowest;
    highest = here > highest ? here : highest;
}

static void test_a_burst_does_not_nest(void)
{
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    MUST(sigaltstack(&alternate, NULL));
    const struct sigaction action = {.sa_sigaction = former, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    uint64_t signals = 0;
    for (int i = 1; i <= SIGNALS; i++) {
        MUST(sigaction(SIGRTMIN + i, &action, NULL));
        signals |= BIT(SIGRTMIN + i);
    }
    int32_t fd = MUST(lxe_relay_open(signals, LXE_NONBLOCK, 100));
    sigset_t all;
    sigfillset(&all);
    MUST(sigprocmask(SIG_BLOCK, &all, NULL));
    for (int i = 1; i <= SIGNALS; i++)
        MUST(kill(getpid(), SIGRTMIN + i));
    MUST(sigprocmask(SIG_UNBLOCK, &all, NULL));
    CHECK_EQ(calls, SIGNALS);
    CHECK_EQ(highest - lowest, 0);
    CHECK_EQ(drain(fd), SIGNALS);
    MUST(lxe_relay_close_take(fd));
}

int main(void)
{
    skip_without_prompt_signals();
    RUN(test_a_burst_does_not_nest);
    return 0;
}
