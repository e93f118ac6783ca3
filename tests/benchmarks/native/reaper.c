/* SPDX-License-Identifier: MIT */
/*
 * What a spawn through the reaper costs against lxe_spawn_start: each starts /bin/true and awaits its status, taking turns.
 *
 * Until the status is there, the two compare the same on an idle and on a busy machine. Until the call returns they do not:
 * the helper is woken by the execve and then wakes the caller, and where no processor is free the program that was started
 * often runs before the caller does, until it first sleeps or ends. That time is the program's, not the reaper's: a program
 * that ends at once makes it vanish.
 */
#include "measure.h"

#include <linuxevents.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 2000

static const char *const arguments[] = {"true", NULL};
static const char *const environment[] = {NULL};
static const struct lxe_spawn_options options = {
    .size = sizeof options, .path = "/bin/true", .arguments = arguments, .environment = environment};
static int32_t changes;

static double start_directly(double *started)
{
    double begin = nanoseconds(CLOCK_MONOTONIC);
    struct lxe_spawn_result child = {.size = sizeof child};
    int status;
    if (lxe_spawn_start(&options, &child) != 0)
        fail("starting /bin/true");
    *started = nanoseconds(CLOCK_MONOTONIC) - begin;
    if (waitpid(child.pid, &status, 0) != child.pid || status != 0)
        fail("starting /bin/true");
    double reaped = nanoseconds(CLOCK_MONOTONIC) - begin;
    if (child.pidfd >= 0)
        close(child.pidfd);
    return reaped;
}

static double start_by_reaper(double *started)
{
    double begin = nanoseconds(CLOCK_MONOTONIC);
    struct lxe_reaper_child child = {.size = sizeof child};
    struct lxe_pidfd_status status = {.size = sizeof status};
    if (lxe_reaper_spawn(&options, &child) != 0)
        fail("starting /bin/true");
    *started = nanoseconds(CLOCK_MONOTONIC) - begin;
    if (lxe_reaper_wait(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status) != 1 || status.status != 0)
        fail("starting /bin/true");
    double reaped = nanoseconds(CLOCK_MONOTONIC) - begin;
    lxe_reaper_release(child.child);
    return reaped;
}

static void *run(void *unused)
{
    lxe_reaper_run(0, changes);
    return unused;
}

int main(void)
{
    static double started[2][ROUNDS], reaped[2][ROUNDS];
    pthread_t thread;
    uint64_t count;
    changes = lxe_eventfd_create(0, 0);
    pthread_create(&thread, NULL, run, NULL);
    lxe_eventfd_read(changes, &count);
    for (int round = -100; round < ROUNDS; round++) { /* the first hundred warm up */
        int i = round < 0 ? 0 : round;
        reaped[0][i] = start_directly(&started[0][i]);
        reaped[1][i] = start_by_reaper(&started[1][i]);
    }
    print_spawns("start:", "lxe_spawn_start", started[0], "lxe_reaper_spawn", started[1], ROUNDS);
    print_spawns("start and reap:", "lxe_spawn_start", reaped[0], "lxe_reaper_spawn", reaped[1], ROUNDS);
    return 0;
}
