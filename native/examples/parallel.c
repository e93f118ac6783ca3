/* SPDX-License-Identifier: MIT */
/* Runs shell commands side by side, by the reaper, and prints each one's end as it comes: parallel COMMAND... Needs no pidfd. */
#include <linuxevents.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int32_t changes, reaper_result;

static void *run_reaper(void *unused)
{
    reaper_result = lxe_reaper_run(0, changes);
    return unused;
}

static void fail(const char *what, int32_t error)
{
    fprintf(stderr, "parallel: %s: %s\n", what, strerror(-error));
    exit(1);
}

static uint64_t start(const char *command)
{
    const char *const arguments[] = {"sh", "-c", command, NULL};
    struct lxe_spawn_options options = {
        .size = sizeof options,
        .path = "/bin/sh",
        .arguments = arguments,
        .environment = (const char *const *)environ,
    };
    struct lxe_reaper_child child = {.size = sizeof child};
    int32_t error = lxe_reaper_spawn(&options, &child);
    if (error < 0)
        fail(command, error);
    return child.child;
}

/** Return: whether it has ended; then it is printed, and released. */
static int look(const char *command, uint64_t child)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    int32_t result = lxe_reaper_wait(child, LXE_WAIT_EXITED, 0, &status);
    if (result < 0)
        fail(command, result);
    if (result == 0)
        return 0;
    printf("%s: %s %d\n", command, status.code == LXE_CHILD_EXITED ? "exited with" : "ended by signal", status.status);
    lxe_reaper_release(child);
    return 1;
}

int main(int argc, char **argv)
{
    pthread_t reaper;
    uint64_t count, children[argc];
    setvbuf(stdout, NULL, _IOLBF, 0);
    changes = lxe_eventfd_create(0, 0);
    int32_t error = changes < 0 ? changes : -pthread_create(&reaper, NULL, run_reaper, NULL);
    if (error < 0)
        fail("starting", error);
    lxe_eventfd_read(changes, &count); /* it is ready, or has failed */
    if (lxe_reaper_pid() < 0) {
        pthread_join(reaper, NULL);
        fail("the reaper", reaper_result);
    }
    for (int i = 1; i < argc; i++)
        children[i] = start(argv[i]);
    for (int left = argc - 1; left > 0;) {
        lxe_eventfd_read(changes, &count); /* a loop would watch this descriptor */
        for (int i = 1; i < argc; i++)
            if (children[i] != 0 && look(argv[i], children[i])) {
                children[i] = 0;
                left--;
            }
    }
    lxe_reaper_stop();
    pthread_join(reaper, NULL);
    lxe_fd_close_take(changes);
    return 0;
}
