/* SPDX-License-Identifier: MIT */
/** A reaper in a thread of its own, and children of it that look like others. */
#ifndef REAPER_SUPPORT_H
#define REAPER_SUPPORT_H

#include "check.h"

#include <fcntl.h>

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))
#define BIT(signal) (UINT64_C(1) << ((signal) - 1))

/** Options for a program with these arguments, which live as long as the enclosing block. */
#define PROGRAM(...) \
    {.size = sizeof(struct lxe_spawn_options), .path = ((const char *const[]){__VA_ARGS__})[0], \
     .arguments = (const char *const[]){__VA_ARGS__, NULL}}

/** The reaper of this process: its thread, what it returned, and the eventfd that tells of changes. */
static struct {
    pthread_t thread;
    uint32_t flags;
    int32_t changes, result;
} reaper;

static inline void *run_reaper(void *unused)
{
    reaper.result = lxe_reaper_run(reaper.flags, reaper.changes);
    return unused;
}

/** Starts the reaper and waits until it is ready. Return: the helper's process id. */
static inline int32_t start_reaper(uint32_t flags)
{
    uint64_t count;
    reaper.flags = flags;
    reaper.changes = lxe_eventfd_create(0, 0);
    CHECK(reaper.changes >= 0);
    CHECK_EQ(pthread_create(&reaper.thread, NULL, run_reaper, NULL), 0);
    CHECK_EQ(lxe_eventfd_read(reaper.changes, &count), 0);
    int32_t pid = lxe_reaper_pid();
    CHECK(pid > 1);
    return pid;
}

/** Waits for the end of the reaper, which must come. */
static inline void await_reaper(int32_t expected)
{
    CHECK_EQ(pthread_join(reaper.thread, NULL), 0);
    CHECK_EQ(reaper.result, expected);
    CHECK_EQ(lxe_reaper_pid(), -ESRCH);
    close(reaper.changes);
}

static inline void stop_reaper(void)
{
    CHECK_EQ(lxe_reaper_stop(), 0);
    await_reaper(0);
}

/** Starts a program through the reaper, or expects the error. */
static inline struct lxe_reaper_child start(const struct lxe_spawn_options *options, int32_t expected)
{
    struct lxe_reaper_child child = {.size = sizeof child, .pid = 12345, .child = 12345, .step = 99, .index = 99};
    CHECK_EQ(lxe_reaper_spawn(options, &child), expected);
    if (expected == 0) {
        CHECK(child.pid > 0);
        CHECK(child.child != 0);
        CHECK_EQ(child.step, LXE_SPAWN_STEP_NONE);
    } else {
        CHECK_EQ(child.pid, -1);
        CHECK_EQ(child.child, 0);
        CHECK(child.step != LXE_SPAWN_STEP_NONE);
    }
    return child;
}

/** Waits for the end of a child and releases it. Return: the wait status, as waitpid gives it. */
static inline int finish(struct lxe_reaper_child child)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    CHECK_EQ(lxe_reaper_wait(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status), 1);
    CHECK_EQ(status.pid, child.pid);
    CHECK_EQ(lxe_reaper_release(child.child), 0);
    return status.code == LXE_CHILD_EXITED ? status.status << 8 : status.status | (status.code == LXE_CHILD_DUMPED ? 0x80 : 0);
}

/** A child that runs until its standard input ends. @release: where to write its end */
static inline struct lxe_reaper_child start_cat(int *release)
{
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    struct lxe_spawn_options options = PROGRAM("/bin/cat");
    struct lxe_spawn_fd input = {ends[0], 0};
    options.fds = &input;
    options.fd_count = 1;
    struct lxe_reaper_child child = start(&options, 0);
    close(ends[0]);
    *release = ends[1];
    return child;
}

/** The letter of a process's state, or 0 when it is gone. @name: 16 bytes that receive the program's name, or NULL */
static inline char look_at(int pid, char *name)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    char *got = fgets(line, sizeof line, file);
    fclose(file);
    if (got == NULL)
        return 0;
    if (name != NULL)
        sscanf(line, "%*d (%15[^)]", name);
    return strrchr(line, ')')[2];
}

static inline char state_of(int pid)
{
    return look_at(pid, NULL);
}

#endif
