/* SPDX-License-Identifier: MIT */
/*
 * Many at once: 32 threads spawn, each its own way; children by the hundred; signals that rain on the program while its handler
 * may not run in the helper; and somebody who takes every child he finds, also as process 1.
 */
#include "spawn_support.h"

#define THREADS 32
#define ROUNDS 10

static _Atomic int handled, handled_elsewhere, finished;
static pid_t self;

static void *spawn_all(void *argument)
{
    int number = *(int *)argument;
    char command[32];
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2], code = (number * ROUNDS + round) % 256;
        char text[8] = "", expected[8];
        MUST(pipe2(ends, O_CLOEXEC));
        snprintf(command, sizeof command, "echo %d; exit %d", number, code);
        snprintf(expected, sizeof expected, "%d\n", number);
        struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", command);
        struct lxe_spawn_fd output = {ends[1], 1};
        options.signal_mask = BIT(SIGUSR1);
        options.fds = &output;
        options.fd_count = 1;
        struct lxe_reaper_child child = start(&options, 0);
        close(ends[1]);
        CHECK(read(ends[0], text, sizeof text - 1) > 0); /* the descriptor that came is this thread's */
        CHECK_EQ(strcmp(text, expected), 0);
        close(ends[0]);
        int status = finish(child);
        CHECK(WIFEXITED(status));
        CHECK_EQ(WEXITSTATUS(status), code);
        struct lxe_spawn_options missing = PROGRAM("/nonexistent");
        missing.signal_mask = BIT(SIGUSR1);
        CHECK_EQ(start(&missing, -ENOENT).step, LXE_SPAWN_STEP_EXEC);
    }
    return NULL;
}

static void spawn_in_threads(void)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK_EQ(pthread_create(&threads[i], NULL, spawn_all, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static void test_threads(void)
{
    start_reaper(0);
    spawn_in_threads();
    stop_reaper();
}

/** Short-lived ones while others live; each has its own status. */
static void test_hundreds(void)
{
    enum { COUNT_LIVE = 200, COUNT_SHORT = 300 };
    static struct lxe_reaper_child live[COUNT_LIVE], brief[COUNT_SHORT];
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    start_reaper(0);
    struct lxe_spawn_options cat = PROGRAM("/bin/cat"), leave = PROGRAM("/bin/sh", "-c", "exit 3"), succeed = PROGRAM("/bin/true");
    struct lxe_spawn_fd input = {ends[0], 0};
    cat.fds = &input;
    cat.fd_count = 1;
    for (int i = 0; i < COUNT_LIVE; i++)
        live[i] = start(&cat, 0);
    for (int i = 0; i < COUNT_SHORT; i++)
        brief[i] = start(i % 2 == 0 ? &leave : &succeed, 0);
    for (int i = 0; i < COUNT_SHORT; i++)
        CHECK_EQ(finish(brief[i]), i % 2 == 0 ? 3 << 8 : 0);
    for (int i = 0; i < COUNT_LIVE; i += 2) {
        CHECK_EQ(lxe_reaper_signal(live[i].child, SIGKILL, 0), 0);
        CHECK_EQ(finish(live[i]), SIGKILL);
    }
    close(ends[0]);
    close(ends[1]);
    for (int i = 1; i < COUNT_LIVE; i += 2)
        CHECK_EQ(finish(live[i]), 0);
    stop_reaper();
}

static void *spawn_on_and_off(void *unused)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    struct lxe_reaper_child child = {.size = sizeof child};
    struct lxe_pidfd_status status = {.size = sizeof status};
    while (!finished) {
        int32_t error = lxe_reaper_spawn(&options, &child);
        if (error != 0) {
            CHECK_EQ(error, -ESRCH);
            sched_yield();
            continue;
        }
        int32_t result = lxe_reaper_wait(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status);
        CHECK(result == 1 || result == -ECHILD);
        CHECK_EQ(lxe_reaper_release(child.child), 0);
    }
    return unused;
}

/** Helpers come and go under those who spawn. */
static void test_restarts(void)
{
    pthread_t threads[4];
    finished = 0;
    for (uint32_t i = 0; i < COUNT(threads); i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, spawn_on_and_off, NULL), 0);
    for (int round = rounds(300); round > 0; round--) {
        start_reaper(0);
        for (int i = 0; i < round % 10; i++)
            sched_yield();
        stop_reaper();
    }
    finished = 1;
    for (uint32_t i = 0; i < COUNT(threads); i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static void handler(int signal)
{
    (void)signal;
    int saved = errno;
    atomic_fetch_add(syscall(SYS_getpid) == self ? &handled : &handled_elsewhere, 1);
    errno = saved;
}

static void *rain(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (!finished) {
        CHECK(self > 1);
        CHECK_EQ(killpg(self, SIGUSR1), 0);
        sched_yield();
    }
    return unused;
}

static void test_rain(void)
{
    MUST(setpgid(0, 0));
    self = getpid();
    finished = 0;
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    MUST(sigaction(SIGUSR1, &action, NULL));
    start_reaper(0);
    pthread_t sender;
    CHECK_EQ(pthread_create(&sender, NULL, rain, NULL), 0);
    while (handled == 0)
        sched_yield();
    spawn_in_threads();
    finished = 1;
    CHECK_EQ(pthread_join(sender, NULL), 0);
    CHECK_EQ(handled_elsewhere, 0);
    stop_reaper();
}

/** What a runtime does as process 1: whenever a child ends, it takes all that it finds. */
static void steal(int signal)
{
    (void)signal;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        atomic_fetch_add(&handled, 1);
    errno = saved;
}

static void test_thief(void)
{
    struct sigaction action = {.sa_handler = steal, .sa_flags = SA_RESTART};
    MUST(sigaction(SIGCHLD, &action, NULL));
    start_reaper(0);
    for (int i = 0; i < 100; i++) {
        struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "exit 77");
        struct lxe_spawn_result direct = spawn(&options, 0);
        CHECK_EQ(WEXITSTATUS(finish(start(&options, 0))), 77);
        while (waitpid(direct.pid, NULL, __WALL) == direct.pid || errno == EINTR) /* it may be ours once in a while */
            ;
        if (direct.pidfd >= 0)
            close(direct.pidfd);
    }
    CHECK(handled > 0);
    stop_reaper();
}

/** Process 1 of a pid namespace of its own. */
static int be_first(void *unused)
{
    (void)unused;
    CHECK_EQ(getpid(), 1);
    test_thief();
    return 0;
}

static void test_first_process(void)
{
    if (syscall(SYS_unshare, CLONE_NEWPID) != 0) {
        printf("  skipped: test_first_process: unshare(CLONE_NEWPID): %s\n", strerror(errno));
        return;
    }
    CHECK_EQ(reap_child(start_child(be_first, NULL)), 0);
}

int main(void)
{
    skip_without_spawn();
    RUN(test_threads);
    RUN(test_hundreds);
    IN_FORK(test_restarts);
    IN_FORK(test_rain);
    IN_FORK(test_thief);
    IN_FORK(test_first_process);
    return 0;
}
