/* SPDX-License-Identifier: MIT */
/* What a spawn through the reaper costs against lxe_spawn_start: each starts /bin/true and awaits its status, taking turns. */
#include <linuxevents.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 2000

static const char *const arguments[] = {"true", NULL};
static const char *const environment[] = {NULL};
static const struct lxe_spawn_options options = {
    .size = sizeof options, .path = "/bin/true", .arguments = arguments, .environment = environment};
static int32_t changes;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void fail(void)
{
    fputs("/bin/true did not start\n", stderr);
    exit(1);
}

static double start_directly(double *started)
{
    double begin = now();
    struct lxe_spawn_result child = {.size = sizeof child};
    int status;
    if (lxe_spawn_start(&options, &child) != 0)
        fail();
    *started = now() - begin;
    if (waitpid(child.pid, &status, 0) != child.pid || status != 0)
        fail();
    double reaped = now() - begin;
    if (child.pidfd >= 0)
        close(child.pidfd);
    return reaped;
}

static double start_by_reaper(double *started)
{
    double begin = now();
    struct lxe_reaper_child child = {.size = sizeof child};
    struct lxe_pidfd_status status = {.size = sizeof status};
    if (lxe_reaper_spawn(&options, &child) != 0)
        fail();
    *started = now() - begin;
    if (lxe_reaper_wait(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status) != 1 || status.status != 0)
        fail();
    double reaped = now() - begin;
    lxe_reaper_release(child.child);
    return reaped;
}

static void *run(void *unused)
{
    lxe_reaper_run(0, changes);
    return unused;
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
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
    double direct = median(started[0]), reaper = median(started[1]);
    printf("start:          lxe_spawn_start %6.1f us, lxe_reaper_spawn %6.1f us, ratio %.3f\n", direct, reaper, reaper / direct);
    direct = median(reaped[0]);
    reaper = median(reaped[1]);
    printf("start and reap: lxe_spawn_start %6.1f us, lxe_reaper_spawn %6.1f us, ratio %.3f\n", direct, reaper, reaper / direct);
    return 0;
}
