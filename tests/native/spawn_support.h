/* SPDX-License-Identifier: MIT */
/** What the spawn tests share: starting a program, reading what it writes, and counting what is left behind. */
#ifndef SPAWN_SUPPORT_H
#define SPAWN_SUPPORT_H

#include "reaper_support.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/** The spawn tests know children by their process ids. */
static int through_reaper;
static struct lxe_reaper_child children_of_reaper[64];

static inline int32_t spawn_through_reaper(const struct lxe_spawn_options *options, struct lxe_spawn_result *result)
{
    struct lxe_reaper_child child = {.size = sizeof child, .pid = 12345, .child = 12345, .step = 99, .index = 99};
    int32_t error = lxe_reaper_spawn(options, &child);
    CHECK_EQ(child.child != 0, error == 0);
    result->pid = child.pid;
    result->pidfd = -1;
    result->step = child.step;
    result->index = child.index;
    uint32_t at = 0;
    while (error == 0 && children_of_reaper[at].child != 0)
        CHECK(++at < COUNT(children_of_reaper));
    if (error == 0)
        children_of_reaper[at] = child;
    return error;
}

static inline int reap_through_reaper(int32_t pid)
{
    uint32_t at = 0;
    while (children_of_reaper[at].child == 0 || children_of_reaper[at].pid != pid)
        CHECK(++at < COUNT(children_of_reaper));
    int status = finish(children_of_reaper[at]);
    children_of_reaper[at].child = 0;
    return status;
}

/** There is no child at all, running or dead, whatever its exit signal. */
static inline void check_no_child(void)
{
    CHECK_EQ(waitpid(-1, NULL, WNOHANG | __WALL), -1);
    CHECK_EQ(errno, ECHILD);
}

/** Starts the program, or expects the error. */
static inline struct lxe_spawn_result spawn(const struct lxe_spawn_options *options, int32_t expected)
{
    struct lxe_spawn_result result = {.size = sizeof result, .pid = 12345, .pidfd = 12345, .step = 99, .index = 99};
    int32_t error = through_reaper ? spawn_through_reaper(options, &result) : lxe_spawn_start(options, &result);
    if (error != expected)
        fprintf(stderr, "%s: %s at step %u\n", options->path, strerror(-error), result.step);
    CHECK_EQ(error, expected);
    if (error == 0) {
        CHECK(result.pid > 0);
        CHECK_EQ(result.step, LXE_SPAWN_STEP_NONE);
        CHECK(result.pidfd < 0 || fcntl(result.pidfd, F_GETFD) == FD_CLOEXEC);
    } else {
        CHECK_EQ(result.pid, -1);
        CHECK_EQ(result.pidfd, -1);
        CHECK(result.step != LXE_SPAWN_STEP_NONE);
    }
    return result;
}

/** Waits for the child and closes its pidfd. Return: the wait status. */
static inline int reap(const struct lxe_spawn_result *child)
{
    int status;
    CHECK(child->pid > 0);
    if (through_reaper)
        return reap_through_reaper(child->pid);
    CHECK_EQ(waitpid(child->pid, &status, __WALL), child->pid);
    if (child->pidfd >= 0)
        close(child->pidfd);
    return status;
}

static inline int run(const struct lxe_spawn_options *options)
{
    struct lxe_spawn_result child = spawn(options, 0);
    return reap(&child);
}

/** Runs a program that must succeed. @writer is the end of @reader's pipe that it writes to. Return: its output; free it. */
static inline char *output(const struct lxe_spawn_options *options, int reader, int writer)
{
    struct lxe_spawn_result child = spawn(options, 0);
    close(writer);
    size_t length = 0;
    char *text = malloc(1 << 16);
    ssize_t got;
    while ((got = read(reader, text + length, (1 << 16) - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    close(reader);
    CHECK_EQ(reap(&child), 0);
    return text;
}

/** The same with the program's standard output, and otherwise the descriptors of the caller. */
static inline char *standard_output(struct lxe_spawn_options options)
{
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    struct lxe_spawn_fd fd = {ends[1], 1};
    options.fds = &fd;
    options.fd_count = 1;
    return output(&options, ends[0], ends[1]);
}

static void (*tested)(void);

/** Runs the test, with a reaper if that is what is tested. */
static inline void run_tested(void)
{
    if (through_reaper)
        start_reaper(0);
    tested();
    if (through_reaper)
        stop_reaper();
}

static inline int call(void *unused)
{
    (void)unused;
    run_tested();
    check_no_child();
    return 0;
}

/** Runs a test in a process of its own, which it may spoil. */
static inline void in_fork(const char *name, void (*test)(void))
{
    tested = test;
    CHECK_EQ(reap_child(start_child(call, NULL)), 0);
    printf("ok %s\n", name);
}

#define IN_FORK(test) in_fork(#test, test)

/** Lets one system call answer as `action` says, in this process and its children, for good. */
static inline void filter(int number, uint32_t action)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {COUNT(code), code};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

/** RUN, with a reaper if that is what is tested. */
#define RUN_SPAWN(test) run_test(#test, (tested = (test), run_tested))

/** Ends the program as skipped where the child can't run in our memory, or not with exit signal 0. */
static inline void skip_without_spawn(void)
{
    through_reaper = getenv("LXE_TEST_REAPER") != NULL;
    struct lxe_spawn_options options = PROGRAM("/nonexistent");
    struct lxe_spawn_result result = {.size = sizeof result};
    int32_t error = lxe_spawn_start(&options, &result);
    if (error == -EINVAL && result.step == LXE_SPAWN_STEP_CREATE)
        skip_program("clone(2) refuses exit signal 0 here, as qemu-user does");
    if (error == 0 && WEXITSTATUS(reap(&result)) == 127)
        skip_program("clone(2) makes a copy of the memory here, as valgrind does");
    CHECK_EQ(error, -ENOENT);
}

#endif
