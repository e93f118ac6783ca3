/* SPDX-License-Identifier: MIT */
/* What lxe_spawn_start costs against plain vfork and execve: each starts /bin/true and reaps it, taking turns. */
#include "measure.h"

#include <linuxevents.h>

#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 2000

static const char *const arguments[] = {"true", NULL};
static const char *const environment[] = {NULL};

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

/** Nanoseconds until the program is started, and until it is reaped. */
static void measure(pid_t (*function)(void), double *started, double *reaped)
{
    double begin = nanoseconds(CLOCK_MONOTONIC);
    pid_t pid = function();
    *started = nanoseconds(CLOCK_MONOTONIC) - begin;
    int status;
    if (pid <= 0 || waitpid(pid, &status, 0) != pid || status != 0)
        fail("starting /bin/true");
    *reaped = nanoseconds(CLOCK_MONOTONIC) - begin;
}

int main(void)
{
    static double started[2][ROUNDS], reaped[2][ROUNDS];
    for (int round = -100; round < ROUNDS; round++) { /* the first hundred warm up */
        int i = round < 0 ? 0 : round;
        measure(start_plainly, &started[0][i], &reaped[0][i]);
        measure(start, &started[1][i], &reaped[1][i]);
    }
    print_spawns("start:", "vfork", started[0], "lxe_spawn_start", started[1], ROUNDS);
    print_spawns("start and reap:", "vfork", reaped[0], "lxe_spawn_start", reaped[1], ROUNDS);
    return 0;
}
