/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <poll.h>
#include <semaphore.h>

#define BIT(signal) (UINT64_C(1) << ((signal) - 1))

static uint64_t mask_now(void)
{
    uint64_t mask;
    MUST(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask));
    return mask;
}

static void set_mask(uint64_t mask)
{
    MUST(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask));
}

/** Each test has a process of its own: what is blocked stays blocked, and a signal that is not blocked ends it. */
#define TEST(name)                                                     \
    static int name##_inside(void *);                                  \
    static void name(void)                                             \
    {                                                                  \
        CHECK_EQ(reap_child(start_child(name##_inside, NULL)), 0);     \
    }                                                                  \
    static int name##_inside(void *unused __attribute__((unused)))

/** A thread that begins with a mask, sleeps until it is told to go on, then takes another mask; and what it has then. */
struct sleeper {
    pthread_t thread;
    sem_t ready, go_on;
    int32_t id;
    uint64_t before, after, at_last;
    int unblocks;
};

static void *sleep_and_look(void *argument)
{
    struct sleeper *self = argument;
    set_mask(self->before);
    self->id = (int32_t)syscall(SYS_gettid);
    CHECK_EQ(sem_post(&self->ready), 0);
    while (sem_wait(&self->go_on) < 0)
        CHECK_EQ(errno, EINTR);
    if (self->unblocks)
        set_mask(self->after);
    self->at_last = mask_now();
    return NULL;
}

static void start_sleeper(struct sleeper *self)
{
    CHECK_EQ(sem_init(&self->ready, 0, 0), 0);
    CHECK_EQ(sem_init(&self->go_on, 0, 0), 0);
    CHECK_EQ(pthread_create(&self->thread, NULL, sleep_and_look, self), 0);
    while (sem_wait(&self->ready) < 0)
        CHECK_EQ(errno, EINTR);
}

static uint64_t end_sleeper(struct sleeper *self)
{
    CHECK_EQ(sem_post(&self->go_on), 0);
    CHECK_EQ(pthread_join(self->thread, NULL), 0);
    return self->at_last;
}

TEST(test_signalfd_in_a_threaded_process)
{
    struct sleeper sleepers[8] = {0};
    uint64_t set = BIT(SIGUSR1) | BIT(SIGTERM);
    int32_t thread = -1;
    for (int i = 0; i < 8; i++)
        start_sleeper(&sleepers[i]);
    CHECK_EQ(lxe_signal_block_all_threads(set, LXE_NO_DEADLINE, &thread), 0);
    CHECK_EQ(thread, 0);
    CHECK_EQ(mask_now(), set);
    int32_t fd = lxe_signalfd_create(set, LXE_NONBLOCK);
    for (int i = 0; i < 1000; i++) { /* whichever thread the kernel would take */
        struct lxe_signal_info info;
        MUST(kill(getpid(), i % 2 == 0 ? SIGUSR1 : SIGTERM));
        CHECK_EQ(lxe_signalfd_read(fd, &info, 1), 1);
    }
    for (int i = 0; i < 8; i++)
        CHECK_EQ(end_sleeper(&sleepers[i]), set);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
    return 0;
}

/* A thread that blocks everything can't answer, but the handler runs before it can have anything unblocked. */
TEST(test_a_thread_that_blocks_everything)
{
    struct sleeper sleeper = {.before = UINT64_MAX, .unblocks = 1};
    start_sleeper(&sleeper);
    CHECK_EQ(lxe_signal_block_all_threads(BIT(SIGUSR1), LXE_NO_DEADLINE, NULL), 0);
    MUST(kill(getpid(), SIGUSR1)); /* would end the process if it came through */
    CHECK_EQ(end_sleeper(&sleeper), BIT(SIGUSR1));
    return 0;
}

TEST(test_a_thread_that_never_answers)
{
    uint64_t real_time = ~UINT64_C(0) << 31;
    struct sleeper sleeper = {.before = real_time, .unblocks = 1};
    int32_t thread = 0;
    start_sleeper(&sleeper);
    CHECK_EQ(lxe_signal_block_all_threads(BIT(SIGUSR1), 1, &thread), -ETIMEDOUT); /* a deadline long past */
    CHECK_EQ(thread, sleeper.id);
    thread = 0;
    CHECK_EQ(lxe_signal_block_all_threads(BIT(SIGUSR1), now() + 30000000, &thread), -ETIMEDOUT);
    CHECK_EQ(thread, sleeper.id);
    CHECK_EQ(end_sleeper(&sleeper), BIT(SIGUSR1)); /* at last it could */
    CHECK_EQ(lxe_signal_block_all_threads(BIT(SIGUSR1), LXE_NO_DEADLINE, &thread), 0);
    return 0;
}

/* Threads that come and go, and that make each other. */
static _Atomic int blocked, stopped;
static _Atomic long made, made_after;

static void *look(void *unused)
{
    int after = blocked;
    if (after)
        CHECK((mask_now() & BIT(SIGUSR1)) != 0);
    made++;
    made_after += after;
    return unused;
}

static void *make_threads(void *unused)
{
    while (!stopped) {
        pthread_t thread;
        CHECK_EQ(pthread_create(&thread, NULL, look, NULL), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
        if (blocked)
            CHECK((mask_now() & BIT(SIGUSR1)) != 0);
    }
    return unused;
}

TEST(test_threads_come_and_go)
{
    pthread_t makers[3];
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_create(&makers[i], NULL, make_threads, NULL), 0);
    while (made < 30)
        sched_yield();
    CHECK_EQ(lxe_signal_block_all_threads(BIT(SIGUSR1), LXE_NO_DEADLINE, NULL), 0);
    blocked = 1;
    MUST(kill(getpid(), SIGUSR1)); /* ends the process if one thread does not block it */
    while (made_after < 30)
        sched_yield();
    stopped = 1;
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_join(makers[i], NULL), 0);
    return 0;
}

static void test_threads_come_and_go_often(void)
{
    for (int round = 0; round < 20; round++)
        test_threads_come_and_go();
}

static void *block_one(void *signal)
{
    CHECK_EQ(lxe_signal_block_all_threads(BIT(*(int *)signal), LXE_NO_DEADLINE, NULL), 0);
    return NULL;
}

TEST(test_two_at_once)
{
    int signals[] = {SIGUSR1, SIGUSR2};
    struct sleeper sleeper = {0};
    pthread_t threads[2];
    start_sleeper(&sleeper);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, block_one, &signals[i]), 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(end_sleeper(&sleeper), BIT(SIGUSR1) | BIT(SIGUSR2));
    CHECK_EQ(mask_now(), BIT(SIGUSR1) | BIT(SIGUSR2));
    return 0;
}

static void do_nothing(int signal)
{
    (void)signal;
}

/* It takes no signal that somebody uses, and none that is to be blocked. */
TEST(test_which_signal_it_takes)
{
    struct sigaction action = {.sa_handler = do_nothing}, found;
    struct sleeper sleeper = {0};
    MUST(sigaction(64, &action, NULL));
    MUST(sigaction(63, &(struct sigaction){.sa_handler = SIG_IGN}, NULL));
    start_sleeper(&sleeper);
    CHECK_EQ(lxe_signal_block_all_threads(BIT(62) | BIT(SIGUSR1), LXE_NO_DEADLINE, NULL), 0);
    MUST(sigaction(64, NULL, &found));
    CHECK(found.sa_handler == do_nothing);
    MUST(sigaction(63, NULL, &found));
    CHECK(found.sa_handler == SIG_IGN);
    MUST(sigaction(62, NULL, &found));
    CHECK(found.sa_handler == SIG_DFL);
    MUST(sigaction(61, NULL, &found));
    CHECK(found.sa_handler != SIG_DFL);
    CHECK_EQ(end_sleeper(&sleeper), BIT(62) | BIT(SIGUSR1));
    return 0;
}

TEST(test_bad_sets)
{
    static const int refused[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, 32, 33};
    CHECK_EQ(lxe_signal_block_all_threads(0, LXE_NO_DEADLINE, NULL), -EINVAL);
    for (unsigned i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK_EQ(lxe_signal_block_all_threads(BIT(SIGUSR1) | BIT(refused[i]), LXE_NO_DEADLINE, NULL), -EINVAL);
    CHECK_EQ(mask_now(), 0);
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; signal++)
        MUST(sigaction(signal, &(struct sigaction){.sa_handler = do_nothing}, NULL));
    CHECK_EQ(lxe_signal_block_all_threads(BIT(SIGUSR1), LXE_NO_DEADLINE, NULL), -EBUSY);
    return 0;
}

static volatile sig_atomic_t arrived;

static void arrive(int signal)
{
    arrived = signal;
}

int main(void)
{
    signal(SIGUSR1, arrive);
    MUST(sigqueue(getpid(), SIGUSR1, (union sigval){0}));
    if (arrived != SIGUSR1)
        skip_program("signals come late and not all here, as under valgrind");
    signal(SIGUSR1, SIG_DFL);
    RUN(test_signalfd_in_a_threaded_process);
    RUN(test_a_thread_that_blocks_everything);
    RUN(test_a_thread_that_never_answers);
    RUN(test_threads_come_and_go_often);
    RUN(test_two_at_once);
    RUN(test_which_signal_it_takes);
    RUN(test_bad_sets);
    return 0;
}
