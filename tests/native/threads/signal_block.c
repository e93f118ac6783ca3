/* SPDX-License-Identifier: MIT */
/*
 * How threads answer lxe_signal_block_all_threads. A thread sanitizer delays signals: so threads that block all of them
 * take the private one by sigtimedwait, and call its handler as the kernel would, with a made ucontext. They look as if it
 * weren't blocked while they wait (SigBlk lacks what sigtimedwait waits for), so nothing but an answer counts.
 */
#include "threads.h"

#include <ucontext.h>

#define CALLERS 2
#define ROUNDS 40 /* of each caller */

static _Atomic uint32_t answers, changes;

static void *answer(void *unused)
{
    const struct timespec look_again = {.tv_nsec = 10000000};
    ucontext_t context;
    sigset_t all;
    sigfillset(&all);
    memset(&context, 0, sizeof context);
    while (working > 0) {
        siginfo_t info;
        struct sigaction action;
        int signal = sigtimedwait(&all, &info, &look_again);
        if (signal < 0)
            continue;
        MUST(sigaction(signal, NULL, &action));
        CHECK((action.sa_flags & SA_SIGINFO) != 0);
        uint64_t former, mask;
        memcpy(&former, &context.uc_sigmask, sizeof former);
        action.sa_sigaction(signal, &info, &context);
        memcpy(&mask, &context.uc_sigmask, sizeof mask);
        CHECK_EQ(mask & former, former);
        answers++;
        if (mask == former)
            continue;
        changes++;
        if (changes % 3 == 0) /* as a thread that unblocks what it was told to block: the next call tells it again */
            memset(&context.uc_sigmask, 0, sizeof context.uc_sigmask);
    }
    return unused;
}

static void *call(void *index)
{
    for (int i = 0; i < ROUNDS; i++) {
        int32_t thread;
        CHECK_EQ(lxe_signal_block_all_threads(*(int *)index == 0 ? BIT(SIGUSR1) : BIT(SIGUSR2), LXE_NO_DEADLINE, &thread), 0);
        CHECK_EQ(thread, 0);
    }
    working--;
    return NULL;
}

static void test_answers_beside_calls(void)
{
    run_beside((void *(*const[])(void *)){call, call, answer, answer, answer}, CALLERS, 5);
    printf("  %u answers, of which %u changed a mask\n", answers, changes);
    CHECK(answers >= CALLERS * ROUNDS);
    CHECK(changes > 0);
}

int main(void)
{
    make_first_thread();
    block_all();
    RUN(test_answers_beside_calls);
    return 0;
}
