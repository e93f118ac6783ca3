/* SPDX-License-Identifier: MIT */
/*
 * Four threads spawn as fast as they can while another sends SIGUSR1 to the whole process group. No handler may
 * run in a child (it would run in our memory), every status is the right one, and nothing is left.
 */
#include "spawn_support.h"

#define THREADS 4

static pid_t self;
static int round_count;
static _Atomic int handled, handled_in_child, finished, killed_by_signal;

static void handler(int signal)
{
    (void)signal;
    int saved = errno;
    atomic_fetch_add(syscall(SYS_getpid) == self ? &handled : &handled_in_child, 1);
    errno = saved;
}

static void *spawn_all(void *unused)
{
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    for (int round = 0; round < round_count; round++) {
        struct lxe_spawn_options deaf = PROGRAM("/bin/false");
        deaf.signal_mask = BIT(SIGUSR1);
        int status = run(&deaf);
        CHECK(WIFEXITED(status));
        CHECK_EQ(WEXITSTATUS(status), 1);

        struct lxe_spawn_options hearing = PROGRAM("/bin/true");
        status = run(&hearing);
        CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1));
        atomic_fetch_add(&killed_by_signal, status != 0);

        struct lxe_spawn_options missing = PROGRAM("/nonexistent");
        missing.signal_mask = BIT(SIGUSR1);
        CHECK_EQ(spawn(&missing, -ENOENT).step, LXE_SPAWN_STEP_EXEC);
    }
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number <= SIGRTMAX; number++)
        CHECK_EQ(sigismember(&before, number), sigismember(&after, number));
    return unused;
}

static void *signal_all(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (!atomic_load(&finished)) {
        CHECK(self > 1);
        CHECK_EQ(killpg(self, SIGUSR1), 0);
        sched_yield();
    }
    return unused;
}

static void test_signals_do_not_reach_the_child(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    MUST(sigaction(SIGUSR1, &action, NULL));
    pthread_t threads[THREADS], sender;
    CHECK_EQ(pthread_create(&sender, NULL, signal_all, NULL), 0);
    while (handled == 0)
        sched_yield();
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, spawn_all, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    atomic_store(&finished, 1);
    CHECK_EQ(pthread_join(sender, NULL), 0);

    printf("  %d spawns, %d ended by the signal; %d handlers ran\n", 3 * THREADS * round_count, killed_by_signal, handled);
    CHECK_EQ(handled_in_child, 0);
}

int main(void)
{
    skip_without_spawn();
    MUST(setpgid(0, 0));
    self = getpid();
    round_count = rounds(500);
    RUN(test_signals_do_not_reach_the_child);
    return 0;
}
