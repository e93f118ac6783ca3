/* SPDX-License-Identifier: MIT */
/** What the tests of shared state have in common. */
#ifndef THREADS_H
#define THREADS_H

#include "check.h"

#define BIT(signal) (UINT64_C(1) << ((signal) - 1))

/** No signal comes to this thread or to those that it makes. */
static inline void block_all(void)
{
    sigset_t all;
    sigfillset(&all);
    CHECK_EQ(pthread_sigmask(SIG_SETMASK, &all, NULL), 0);
}

static inline void *end_at_once(void *unused)
{
    return unused;
}

/** With the first thread a thread sanitizer makes one of its own, whose end RUN would wait for. */
static inline void make_first_thread(void)
{
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, end_at_once, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/** How many of the threads that end by themselves still run: the others go on until it is 0. */
static _Atomic int working;

/** Runs functions beside each other, the first `workers` of which end by themselves, each with its index. */
static inline void run_beside(void *(*const functions[])(void *), int workers, int count)
{
    pthread_t threads[16];
    int indices[16];
    CHECK(count <= 16);
    working = workers;
    for (int i = 0; i < count; i++) {
        indices[i] = i;
        CHECK_EQ(pthread_create(&threads[i], NULL, functions[i], &indices[i]), 0);
    }
    for (int i = 0; i < count; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

#endif
