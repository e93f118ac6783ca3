/* SPDX-License-Identifier: MIT */
/*
 * Four threads spawn as fast as they can while another sends SIGUSR1 to the whole process group. No handler may
 * run in a child (it would run in our memory), every status is the right one, and nothing is left. And SIGCHLD wakes nobody meanwhile.
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

static _Atomic pid_t idle_thread;
static int idle_until[2];

static void *idle(void *unused)
{
    char end;
    atomic_store(&idle_thread, (pid_t)syscall(SYS_gettid));
    CHECK_EQ(read(idle_until[0], &end, 1), 0);
    return unused;
}

static long wake_ups(pid_t thread)
{
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)thread);
    FILE *status = fopen(path, "r");
    CHECK(status != NULL);
    long count = -1;
    while (fgets(line, sizeof line, status) != NULL)
        sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    fclose(status);
    CHECK(count >= 0);
    return count;
}

static void *signal_end_of_child(void *unused)
{
    while (!atomic_load(&finished)) {
        CHECK(self > 1);
        CHECK_EQ(kill(self, SIGCHLD), 0);
        sched_yield();
    }
    return unused;
}

/** A SIGCHLD that is ignored stays so while a child is made, which is nearly always here: no other thread is woken to find that out. */
static void test_ends_of_children_wake_nobody(void)
{
    if (!has(LXE_FEATURE_CLONE_CLEAR_SIGHAND, __func__))
        return;
    MUST(pipe2(idle_until, O_CLOEXEC));
    atomic_store(&finished, 0);
    pthread_t thread, sender;
    CHECK_EQ(pthread_create(&thread, NULL, idle, NULL), 0);
    CHECK_EQ(pthread_create(&sender, NULL, signal_end_of_child, NULL), 0);
    while (atomic_load(&idle_thread) == 0)
        sched_yield();
    const struct lxe_spawn_options options = PROGRAM("/bin/true");
    CHECK_EQ(run(&options), 0);
    long before = wake_ups(idle_thread);
    for (int round = 0; round < 200; round++)
        CHECK_EQ(run(&options), 0);
    long woken = wake_ups(idle_thread) - before;
    printf("  the idle thread was woken %ld times\n", woken);
    CHECK(woken <= 5);
    atomic_store(&finished, 1);
    MUST(close(idle_until[1]));
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(pthread_join(sender, NULL), 0);
    MUST(close(idle_until[0]));
}

int main(void)
{
    skip_without_spawn();
    MUST(setpgid(0, 0));
    self = getpid();
    round_count = rounds(500);
    RUN(test_signals_do_not_reach_the_child);
    RUN(test_ends_of_children_wake_nobody);
    return 0;
}
