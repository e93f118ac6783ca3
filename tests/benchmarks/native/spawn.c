/* SPDX-License-Identifier: MIT */
/* What lxe_spawn_start costs against plain vfork and execve: each starts /bin/true and reaps it, taking turns. */
#include <linuxevents.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 2000

static const char *const arguments[] = {"true", NULL};
static const char *const environment[] = {NULL};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static pid_t start_plainly(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        execve("/bin/true", (char *const *)arguments, (char *const *)environment);
        _exit(127);
    }
    return pid;
}

static pid_t start(void)
{
    struct lxe_spawn_options options = {
        .size = sizeof options, .path = "/bin/true", .arguments = arguments, .environment = environment};
    struct lxe_spawn_result result = {.size = sizeof result};
    lxe_spawn_start(&options, &result);
    if (result.pidfd >= 0)
        close(result.pidfd);
    return result.pid;
}

/** Microseconds until the program is started, and until it is reaped. */
static void measure(pid_t (*function)(void), double *started, double *reaped)
{
    double begin = now();
    pid_t pid = function();
    *started = now() - begin;
    int status;
    if (pid <= 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fputs("/bin/true did not start\n", stderr);
        exit(1);
    }
    *reaped = now() - begin;
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
    for (int round = -100; round < ROUNDS; round++) { /* the first hundred warm up */
        int i = round < 0 ? 0 : round;
        measure(start_plainly, &started[0][i], &reaped[0][i]);
        measure(start, &started[1][i], &reaped[1][i]);
    }
    double plain = median(started[0]), ours = median(started[1]);
    printf("start:          vfork %6.1f us, lxe_spawn_start %6.1f us, ratio %.3f\n", plain, ours, ours / plain);
    plain = median(reaped[0]);
    ours = median(reaped[1]);
    printf("start and reap: vfork %6.1f us, lxe_spawn_start %6.1f us, ratio %.3f\n", plain, ours, ours / plain);
    return 0;
}
