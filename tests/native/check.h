/* SPDX-License-Identifier: MIT */
/* What the native tests share. A test that fails ends its program with exit code 1 and says where and why. */
#ifndef CHECK_H
#define CHECK_H

#include <linuxevents.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/** Both are evaluated once; negative values that could be errnos are also printed as such. */
#define CHECK_EQ(actual, expected) check_eq(__FILE__, __LINE__, #actual, (long long)(actual), #expected, (long long)(expected))
#define CHECK(condition) check_eq(__FILE__, __LINE__, #condition, !(condition), "true", 0)

static inline void check_eq(const char *file, int line, const char *what, long long actual, const char *wanted, long long expected)
{
    if (actual == expected)
        return;
    fprintf(stderr, "%s:%d: %s is %lld%s%s, not %s (%lld)\n", file, line, what, actual, actual < 0 ? ": " : "",
            actual < 0 && actual > -4096 ? strerror((int)-actual) : "", wanted, expected);
    exit(1);
}

/** A call of libc's that is no subject of the test: it must work. */
#define MUST(call) must(__FILE__, __LINE__, #call, (long long)(call))

static inline int must(const char *file, int line, const char *what, long long result)
{
    if (result < 0) {
        fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, strerror(errno));
        exit(1);
    }
    return (int)result;
}

/** Ends the program as skipped. */
static inline void skip_program(const char *reason)
{
    printf("skipped: %s\n", reason);
    exit(77);
}

/** Says whether a feature is there, and if not, that the test `name` is skipped without it. */
static inline int has(uint32_t feature, const char *name)
{
    struct lxe_feature_info info = {.size = sizeof info};
    int32_t present = lxe_feature_query(feature, &info);
    CHECK(present >= 0);
    if (!present)
        printf("  skipped: %s without %s (%s)\n", name, info.name,
               info.state == LXE_FEATURE_DISABLED ? "disabled" : strerror(info.error));
    return present;
}

/** Whether lxe_pidfd_wait works: by pidfd, or else by number, which pidfd_send_signal makes sure of. */
static inline int has_pidfd_wait(const char *name)
{
    struct lxe_feature_info info = {.size = sizeof info};
    return lxe_feature_query(LXE_FEATURE_PIDFD_WAIT, &info) == 1 ||
           (has(LXE_FEATURE_PIDFD_OPEN, name) && has(LXE_FEATURE_PIDFD_SIGNAL, name));
}

static inline int64_t now(void)
{
    struct timespec time;
    MUST(clock_gettime(CLOCK_MONOTONIC, &time));
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline int count_entries(const char *path)
{
    DIR *directory = opendir(path);
    CHECK(directory != NULL);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += isdigit((unsigned char)entry->d_name[0]) != 0;
    closedir(directory);
    return count;
}

/** Calls a function on a thread that has as little stack as any may have. Return: what it returns. */
static inline void *on_small_stack(void *(*function)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *result;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    puts("  the stack is not small: the sanitizers' own part does not fit in");
    const size_t size = 1 << 20;
#else
    const size_t size = PTHREAD_STACK_MIN > 16384 ? PTHREAD_STACK_MIN : 16384;
#endif
    CHECK_EQ(pthread_attr_init(&attributes), 0);
    CHECK_EQ(pthread_attr_setstacksize(&attributes, size), 0);
    CHECK_EQ(pthread_create(&thread, &attributes, function, argument), 0);
    CHECK_EQ(pthread_attr_destroy(&attributes), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    return result;
}

/** How many descriptors are open (and one more, always). */
static inline int count_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

/** How many children live or wait to be reaped, of whichever exit signal; -1 where the kernel has no such list. */
static inline int count_children(void)
{
    char path[64];
    int count = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(path, "re");
    if (list == NULL)
        return -1;
    while (fscanf(list, "%*d") != EOF)
        count++;
    fclose(list);
    return count;
}

/** Reads the first line of a file below /proc/PROCESS/task/THREAD. Return: whether there is one. */
static inline int read_of_thread(int process, int thread, const char *name, char *line, int size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", process, thread, name);
    FILE *file = fopen(path, "re");
    char *got = file != NULL ? fgets(line, size, file) : NULL;
    if (file != NULL)
        fclose(file);
    return got != NULL;
}

/** Whether a thread has the state of those that sleep. */
static inline int looks_asleep(int process, int thread)
{
    char line[512];
    CHECK(read_of_thread(process, thread, "stat", line, sizeof line));
    return strrchr(line, ')')[2] == 'S';
}

/**
 * Whether a thread has fallen asleep, and does not only look so: waitid(2) and poll(2) do while they still look around. Looks
 * again in the end: what is off its processor in between may also have come to a stop for its tracer.
 */
static inline int is_asleep(int process, int thread)
{
    char line[512];
    return looks_asleep(process, thread) &&
           (!read_of_thread(process, thread, "syscall", line, sizeof line) || strncmp(line, "running", 7) != 0) &&
           looks_asleep(process, thread);
}

/** Sleeps in no call: waits until a thread of this process (or a child, which is its own) has fallen asleep. */
static inline void await_sleep(int process, int thread)
{
    while (!is_asleep(process, thread))
        sched_yield();
}

/** A thread that interrupts its maker by SIGUSR1 (whose handler does nothing) whenever that sleeps, until it is stopped. */
struct interrupter {
    pthread_t thread, target;
    pid_t target_id;
    atomic_int stopped;
    struct sigaction former;
};

static inline void ignore_interrupt(int signal)
{
    (void)signal;
}

static inline void *interrupt_sleep(void *argument)
{
    struct interrupter *self = argument;
    while (!self->stopped) {
        await_sleep(getpid(), self->target_id);
        CHECK_EQ(pthread_kill(self->target, SIGUSR1), 0);
    }
    return NULL;
}

static inline void start_interrupter(struct interrupter *self)
{
    struct sigaction action = {.sa_handler = ignore_interrupt}; /* no SA_RESTART */
    *self = (struct interrupter){.target = pthread_self(), .target_id = (pid_t)syscall(SYS_gettid)};
    MUST(sigaction(SIGUSR1, &action, &self->former));
    CHECK_EQ(pthread_create(&self->thread, NULL, interrupt_sleep, self), 0);
}

static inline void stop_interrupter(struct interrupter *self)
{
    self->stopped = 1;
    CHECK_EQ(pthread_join(self->thread, NULL), 0);
    MUST(sigaction(SIGUSR1, &self->former, NULL));
}

/** A child made by fork that runs `function` and exits with what it returns. */
static inline int start_child(int (*function)(void *), void *argument)
{
    fflush(NULL);
    int pid = MUST(fork());
    if (pid == 0) {
        int code = function(argument);
        fflush(NULL);
        _exit(code);
    }
    return pid;
}

/** Waits for a child of one's own and gives its wait status. */
static inline int reap_child(int pid)
{
    int status;
    CHECK(pid > 0);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

/** How many of its rounds a test runs: all, or as many fewer as LXE_TEST_ROUNDS_DIVISOR says, for a machine that is emulated. */
static inline int rounds(int all)
{
    const char *divisor = getenv("LXE_TEST_ROUNDS_DIVISOR");
    int some = divisor == NULL ? all : all / atoi(divisor);
    CHECK(some > 0);
    if (some < all)
        printf("  skipped: %d of %d rounds (LXE_TEST_ROUNDS_DIVISOR=%s)\n", all - some, all, divisor);
    return some;
}

/** Runs one test, and looks that it leaves no descriptor, child or thread behind. */
#define RUN(test) run_test(#test, test)

static inline void run_test(const char *name, void (*test)(void))
{
    int descriptors = count_descriptors(), children = count_children(), threads = count_entries("/proc/self/task");
    test();
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK_EQ(count_children(), children);
    while (count_entries("/proc/self/task") > threads) /* a joined thread is listed a moment longer; one left behind, for ever */
        sched_yield();
    printf("ok %s\n", name);
    fflush(stdout);
}

#endif
