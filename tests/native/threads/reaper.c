/* SPDX-License-Identifier: MIT */
/*
 * The reaper with a helper that is a thread: the same code, but its own table of descriptors comes by unshare(2), and where it
 * would end as a process it ends as a thread. So a thread sanitizer sees what both sides do to the memory that they share.
 * It does not see that a message orders what happened before it was sent and after it was received: `messages` says so.
 */
#include "threads.h"

#include "reaper.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <sys/socket.h>

#define PARENTS 3
#define HELPER 0x3fffffff /* a process id that is none */
#define ARGUMENTS(...) .path = ((const char *const[]){__VA_ARGS__})[0], .arguments = (const char *const[]){__VA_ARGS__, NULL}

typedef int cloning(int (*function)(void *), void *stack, int flags, void *argument, ...);

cloning __real_clone, __wrap_clone;
long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);

static pthread_t helper;
static _Atomic int helper_id, doomed; /* its thread id while it lives: a child of its own, in the same memory, has another */
static _Atomic uint64_t messages;

static void end_helper(int status)
{
    helper_id = 0;
    pthread_exit((void *)(intptr_t)status);
}

static void *run_helper(void *unused)
{
    MUST(unshare(CLONE_FILES));
    helper_id = (int)__real_syscall(SYS_gettid);
    lxe__reaper_helper(NULL);
    return unused;
}

/** libc's clone. A thread sanitizer's takes every child for a fork, and the thread that made it for one to be ignored. */
static cloning *true_clone(void)
{
#ifdef __SANITIZE_THREAD__
    void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    CHECK(libc != NULL);
    return (cloning *)(uintptr_t)dlsym(libc, "clone");
#else
    return __real_clone;
#endif
}

int __wrap_clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
    va_list more;
    va_start(more, argument);
    void *parent_tid = va_arg(more, void *), *tls = va_arg(more, void *), *child_tid = va_arg(more, void *);
    va_end(more);
    if (function != lxe__reaper_helper)
        return true_clone()(function, stack, flags, argument, parent_tid, tls, child_tid);
    CHECK_EQ(pthread_create(&helper, NULL, run_helper, NULL), 0);
    while (helper_id == 0)
        sched_yield();
    return HELPER;
}

/** As many arguments as a call can have, whether it has them or not. */
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    int by_helper = helper_id == __real_syscall(SYS_gettid);
    if (number == SYS_signalfd4 && by_helper) /* it has closed all: a sanitizer wants to be heard */
        dup3(open("/proc/self/fd/2", O_WRONLY | O_CLOEXEC), 2, O_CLOEXEC);
    if (number == SYS_exit_group && by_helper)
        end_helper((int)a << 8);
    if (number == SYS_recvmsg && doomed) /* as killed, with a request in hand */
        end_helper(SIGKILL);
    if (number == SYS_wait4 && a == HELPER) {
        void *status;
        CHECK_EQ(pthread_join(helper, &status), 0);
        *(int *)b = (int)(intptr_t)status;
        return HELPER;
    }
    if (number == SYS_sendmsg)
        messages++;
    long result = __real_syscall(number, a, b, c, d, e, f);
    if (number == SYS_recvmsg)
        (void)atomic_load(&messages);
    return result;
}

static _Atomic uint32_t started, ended, lost;
static int32_t result;

static void *run_reaper(void *changes)
{
    result = lxe_reaper_run(0, *(int32_t *)changes);
    return NULL;
}

/** Waits for a child's end, of which only the helper's end may keep us; then it is up to us to reap it. */
static void await(const struct lxe_reaper_child *child, int expected)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    int32_t reported = lxe_reaper_wait(child->child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status);
    if (reported == -ECHILD) {
        kill(child->pid, SIGKILL);
        reap_child(child->pid);
        lost++;
    } else {
        CHECK_EQ(reported, 1);
        CHECK_EQ(status.pid, child->pid);
        if (expected != 0)
            CHECK_EQ(status.status, expected);
        ended++;
    }
    CHECK_EQ(lxe_reaper_release(child->child), 0);
}

/** Starts children of all kinds until there is no helper any more. */
static void *be_parent(void *index)
{
    for (int round = *(int *)index;; round++) {
        const struct lxe_spawn_options kinds[] = {
            {.size = sizeof *kinds, ARGUMENTS("/bin/true")},
            {.size = sizeof *kinds, ARGUMENTS("/bin/sleep", "1000")},
            {.size = sizeof *kinds, ARGUMENTS("/no/such/program")},
        };
        struct lxe_reaper_child child = {.size = sizeof child};
        int32_t error = lxe_reaper_spawn(&kinds[round % 3], &child);
        if (error == -ESRCH)
            return NULL;
        CHECK_EQ(error, round % 3 == 2 ? -ENOENT : 0);
        if (error < 0)
            continue;
        started++;
        if (round % 3 == 1) {
            error = lxe_reaper_signal(child.child, SIGKILL, 0);
            CHECK(error == 0 || error == -ESRCH);
        }
        await(&child, round % 3 == 1 ? SIGKILL : 0);
    }
}

/** Lets parents work until so many children have started, then ends the helper one way or the other. */
static void work_until(uint32_t children, int kill_it)
{
    pthread_t thread, parents[PARENTS];
    int indices[PARENTS];
    uint64_t count;
    int32_t changes = lxe_eventfd_create(0, 0);
    CHECK(changes >= 0);
    started = 0;
    CHECK_EQ(pthread_create(&thread, NULL, run_reaper, &changes), 0);
    CHECK_EQ(lxe_eventfd_read(changes, &count), 0);
    CHECK_EQ(lxe_reaper_pid(), getpid());
    for (int i = 0; i < PARENTS; i++) {
        indices[i] = i;
        CHECK_EQ(pthread_create(&parents[i], NULL, be_parent, &indices[i]), 0);
    }
    while (started < children)
        sched_yield();
    if (kill_it)
        doomed = 1;
    else
        CHECK_EQ(lxe_reaper_stop(), 0);
    for (int i = 0; i < PARENTS; i++)
        CHECK_EQ(pthread_join(parents[i], NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(result, kill_it ? -EOWNERDEAD : 0);
    doomed = 0;
    MUST(close(changes));
}

static void test_requests_beside_the_end(void)
{
    for (uint32_t round = 0; round < 8; round++)
        work_until(10 + round, round % 2 == 0);
    printf("  %u children reported, %u lost with the helper\n", ended, lost);
    CHECK(ended > 0);
}

int main(void)
{
    make_first_thread();
    block_all();
    RUN(test_requests_beside_the_end);
    return 0;
}
