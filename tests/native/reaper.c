/* SPDX-License-Identifier: MIT */
/* What the reaper does for a program that does nothing unusual. How either of them ends is in reaper_ends.c. */
#include "spawn_support.h"

#include <poll.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define MASK (LXE_WAIT_EXITED | LXE_WAIT_STOPPED | LXE_WAIT_CONTINUED)

static struct lxe_pidfd_status await(uint64_t child, uint32_t options, int64_t deadline, int32_t expected)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    CHECK_EQ(lxe_reaper_wait(child, options, deadline, &status), expected);
    return status;
}

static void test_status(void)
{
    int32_t helper = start_reaper(0);
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 42");
    struct lxe_reaper_child child = start(&options, 0);
    struct lxe_pidfd_status status = await(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, 1);
    CHECK_EQ(status.pid, child.pid);
    CHECK_EQ(status.uid, getuid());
    CHECK_EQ(status.code, LXE_CHILD_EXITED);
    CHECK_EQ(status.status, 42);
    CHECK(status.user_time + status.system_time > 0);
    CHECK(status.max_rss > 0);
    CHECK_EQ(await(child.child, LXE_WAIT_EXITED, 0, 1).status, 42); /* as often as it is asked for */
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);                 /* whoever waits for any child finds none, not even the helper */
    CHECK_EQ(waitpid(child.pid, NULL, WNOHANG | __WALL), -1); /* nor by number */
    CHECK_EQ(lxe_reaper_release(child.child), 0);
    CHECK_EQ(lxe_reaper_release(child.child), -EBADF);
    await(child.child, LXE_WAIT_EXITED, 0, -EBADF);
    CHECK_EQ(lxe_reaper_signal(child.child, 0, 0), -EBADF);

    char parent[32], *text;
    snprintf(parent, sizeof parent, "%d\n", (int)helper);
    through_reaper = 1;
    text = standard_output((struct lxe_spawn_options)PROGRAM("/bin/sh", "-c", "echo $PPID"));
    through_reaper = 0;
    CHECK_EQ(strcmp(text, parent), 0);
    free(text);
    stop_reaper();
}

static void test_arguments(void)
{
    uint64_t orphans;
    struct lxe_pidfd_status status = {.size = sizeof status};
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    CHECK_EQ(start(&options, -ESRCH).step, LXE_SPAWN_STEP_CREATE);
    CHECK_EQ(lxe_reaper_pid(), -ESRCH);
    CHECK_EQ(lxe_reaper_stop(), -ESRCH);
    CHECK_EQ(lxe_reaper_signal(0, 0, 0), -EBADF);
    CHECK_EQ(lxe_reaper_release(0), -EBADF);
    CHECK_EQ(lxe_reaper_run(0x80000000u, -1), -EINVAL);
    CHECK_EQ(lxe_reaper_run(0, -2), -EBADF);
    CHECK_EQ(lxe_reaper_run(0, 1000000), -EBADF);
    start_reaper(0);
    CHECK_EQ(lxe_reaper_run(0, -1), -EBUSY);
    static const uint64_t none[] = {0, 1, UINT64_C(1) << 32, UINT64_C(1) << 32 | 100000, UINT64_MAX};
    for (uint32_t i = 0; i < COUNT(none); i++) {
        CHECK_EQ(lxe_reaper_signal(none[i], 0, 0), -EBADF);
        CHECK_EQ(lxe_reaper_release(none[i]), -EBADF);
        CHECK_EQ(lxe_reaper_wait(none[i], LXE_WAIT_EXITED, 0, &status), -EBADF);
    }
    CHECK_EQ(lxe_reaper_orphans(NULL), -EFAULT);
    CHECK_EQ(lxe_reaper_orphans(&orphans), 0);
    CHECK_EQ(orphans, 0);
    CHECK_EQ(lxe_reaper_spawn(&options, NULL), -EFAULT);
    struct lxe_reaper_child small = {.size = offsetof(struct lxe_reaper_child, child)};
    CHECK_EQ(lxe_reaper_spawn(&options, &small), -EINVAL);

    struct lxe_reaper_child child = start(&options, 0);
    CHECK_EQ(lxe_reaper_wait(child.child, 0, 0, &status), -EINVAL);
    CHECK_EQ(lxe_reaper_wait(child.child, LXE_WAIT_EXITED | LXE_WAIT_NOHANG, 0, &status), -EINVAL);
    CHECK_EQ(lxe_reaper_wait(child.child, LXE_WAIT_EXITED, 0, NULL), -EFAULT);
    CHECK_EQ(finish(child), 0);
    stop_reaper();
    CHECK_EQ(start(&options, -ESRCH).step, LXE_SPAWN_STEP_CREATE);
}

static void test_wait(void)
{
    start_reaper(0);
    int release;
    struct lxe_reaper_child child = start_cat(&release);
    CHECK_EQ(await(child.child, LXE_WAIT_EXITED, 0, 0).pid, 0);
    int64_t deadline = now() + 2000000;
    CHECK_EQ(await(child.child, LXE_WAIT_EXITED, deadline, 0).pid, 0);
    CHECK(now() >= deadline);
    struct interrupter interrupter;
    start_interrupter(&interrupter);
    await(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE - 1, -EINTR);
    stop_interrupter(&interrupter);

    struct pollfd changes = {.fd = reaper.changes, .events = POLLIN};
    CHECK_EQ(poll(&changes, 1, 0), 0);
    close(release);
    CHECK_EQ(poll(&changes, 1, -1), 1); /* the status is there when it says so */
    await(child.child, LXE_WAIT_EXITED, 0, 1);
    CHECK_EQ(finish(child), 0);
    stop_reaper();
}

static void test_signals(void)
{
    start_reaper(0);
    int release;
    struct lxe_reaper_child child = start_cat(&release);
    CHECK_EQ(lxe_reaper_signal(child.child, 0, 0), 0);
    CHECK_EQ(lxe_reaper_signal(child.child, 65, 0), -EINVAL);
    CHECK_EQ(lxe_reaper_signal(child.child, SIGSTOP, 0), 0);
    struct lxe_pidfd_status status = await(child.child, MASK, LXE_NO_DEADLINE, 1);
    CHECK_EQ(status.code, LXE_CHILD_STOPPED);
    CHECK_EQ(status.status, SIGSTOP);
    CHECK_EQ(status.pid, child.pid);
    await(child.child, MASK, 0, 0); /* once */
    CHECK_EQ(lxe_reaper_signal(child.child, SIGCONT, 0), 0);
    status = await(child.child, LXE_WAIT_CONTINUED, LXE_NO_DEADLINE, 1);
    CHECK_EQ(status.code, LXE_CHILD_CONTINUED);

    /* Not for those who don't ask; it stays for those who do. */
    CHECK_EQ(lxe_reaper_signal(child.child, SIGSTOP, 0), 0);
    uint64_t count;
    for (count = 0; count == 0;)
        CHECK_EQ(lxe_eventfd_read(reaper.changes, &count), 0);
    await(child.child, LXE_WAIT_EXITED | LXE_WAIT_CONTINUED, 0, 0);
    CHECK_EQ(await(child.child, LXE_WAIT_STOPPED, LXE_NO_DEADLINE, 1).status, SIGSTOP);
    CHECK_EQ(lxe_reaper_signal(child.child, SIGKILL, 0), 0);
    status = await(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, 1);
    CHECK_EQ(status.code, LXE_CHILD_KILLED);
    CHECK_EQ(status.status, SIGKILL);
    await(child.child, LXE_WAIT_STOPPED, 0, -ECHILD);
    CHECK_EQ(lxe_reaper_signal(child.child, SIGKILL, 0), -ESRCH);
    CHECK_EQ(finish(child), SIGKILL);
    close(release);
    stop_reaper();
}

/** A child that has itself traced by its parent, which is the helper. */
static int be_traced(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? 77 : raise(SIGSTOP);
}

static void test_trapped(void)
{
    start_reaper(0);
    struct lxe_spawn_options options = PROGRAM("/proc/self/exe", "be traced");
    struct lxe_reaper_child child = start(&options, 0);
    struct lxe_pidfd_status status = await(child.child, LXE_WAIT_STOPPED | LXE_WAIT_EXITED, LXE_NO_DEADLINE, 1);
    if (status.code == LXE_CHILD_EXITED && status.status == 77) {
        puts("  skipped: test_trapped: there is another tracer already");
        CHECK_EQ(finish(child), 77 << 8);
    } else {
        CHECK_EQ(status.code, LXE_CHILD_TRAPPED);
        CHECK_EQ(status.status, SIGSTOP);
        CHECK_EQ(lxe_reaper_signal(child.child, SIGKILL, 0), 0);
        CHECK_EQ(finish(child), SIGKILL);
    }
    stop_reaper();
}

static void test_released_alive(void)
{
    int32_t helper = start_reaper(0);
    int release;
    struct lxe_reaper_child child = start_cat(&release);
    CHECK_EQ(lxe_reaper_release(child.child), 0);
    CHECK_EQ(lxe_reaper_signal(child.child, SIGKILL, 0), -EBADF);
    close(release);
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child.pid);
    for (int fd; (fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0; sched_yield()) /* until it is reaped */
        close(fd);
    struct lxe_reaper_child next = start(&options, 0);
    CHECK_EQ((uint32_t)next.child, (uint32_t)child.child); /* its slot is free again, */
    CHECK(next.child != child.child);                      /* under another handle */
    await(child.child, LXE_WAIT_EXITED, 0, -EBADF);
    CHECK_EQ(finish(next), 0);
    CHECK_EQ(lxe_reaper_pid(), helper);
    stop_reaper();
}

static void test_orphans(void)
{
    uint64_t before, count;
    CHECK_EQ(lxe_reaper_orphans(&before), 0);
    start_reaper(LXE_REAPER_ORPHANS);
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "sleep 0.01 & sleep 0.01 & exit 3");
    struct lxe_spawn_fd output = {ends[1], 1};
    options.fds = &output;
    options.fd_count = 1;
    for (int round = 0; round < 10; round++)
        CHECK_EQ(WEXITSTATUS(finish(start(&options, 0))), 3);
    do
        CHECK_EQ(lxe_reaper_orphans(&count), 0);
    while (count < before + 20 && sched_yield() == 0);
    CHECK_EQ(count, before + 20);
    close(ends[0]);
    close(ends[1]);
    stop_reaper();
}

/** What the helper holds of the program's: nothing. What it leaves in children: nothing. */
static void test_holds_nothing(void)
{
    char path[64];
    int before = open("/dev/null", O_RDONLY);
    MUST(fcntl(before, F_DUPFD, 300));
    int32_t helper = start_reaper(0);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)helper);
    CHECK_EQ(count_entries(path), 3); /* socket, eventfd, signalfd */
    struct lxe_spawn_options options = PROGRAM("/nonexistent");
    struct lxe_spawn_fd fds[300];
    for (int i = 0; i < 300; i++)
        fds[i] = (struct lxe_spawn_fd){before, 10 + i};
    options.fds = fds;
    options.fd_count = COUNT(fds);
    CHECK_EQ(start(&options, -ENOENT).step, LXE_SPAWN_STEP_EXEC);
    CHECK_EQ(count_entries(path), 3);
    fds[299].source = 299; /* not open: those before it are under way */
    struct lxe_reaper_child child = start(&options, -EBADF);
    CHECK_EQ(child.step, LXE_SPAWN_STEP_DESCRIPTOR);
    CHECK_EQ(child.index, 299);
    CHECK_EQ(count_entries(path), 3);
    options.path = "/bin/true";
    fds[299].source = before;
    CHECK_EQ(finish(start(&options, 0)), 0);
    CHECK_EQ(count_entries(path), 3);
    stop_reaper();
    close(300);
    close(before);
}

static _Atomic int spawner_id;

static void *spawn_many(void *options)
{
    spawner_id = (int)syscall(SYS_gettid);
    CHECK_EQ(finish(start(options, 0)), 0);
    return NULL;
}

/** The helper is stopped until the socket is full and the spawning thread sleeps: nothing is lost. */
static void test_full_socket(void)
{
    enum { MANY = 15000 };
    int32_t helper = start_reaper(0);
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    struct rlimit most = {limit.rlim_max, limit.rlim_max};
    MUST(setrlimit(RLIMIT_NOFILE, &most));
    uint32_t count = most.rlim_max / 2 < MANY ? (uint32_t)most.rlim_max / 2 - 100 : MANY;
    struct lxe_spawn_fd *fds = malloc(count * sizeof *fds);
    for (uint32_t i = 0; i < count; i++)
        fds[i] = (struct lxe_spawn_fd){0, 3 + (int32_t)i};
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    options.fds = fds;
    options.fd_count = count;

    pthread_t spawner;
    spawner_id = 0;
    MUST(kill(helper, SIGSTOP));
    CHECK_EQ(pthread_create(&spawner, NULL, spawn_many, &options), 0);
    while (spawner_id == 0)
        sched_yield();
    await_sleep(getpid(), spawner_id);
    MUST(kill(helper, SIGCONT));
    CHECK_EQ(pthread_join(spawner, NULL), 0);

    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    free(fds);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)helper);
    CHECK_EQ(count_entries(path), 3);
    stop_reaper();
}

/** Those to the whole group reach the helper too. There they may not pile up: the user has so many in all. */
static void test_group_signals(void)
{
    MUST(setpgid(0, 0));
    signal(SIGRTMAX, SIG_IGN);
    int32_t helper = start_reaper(0);
    for (int i = 0; i < 100; i++) {
        CHECK(getpgrp() > 1);
        MUST(killpg(getpgrp(), SIGRTMAX));
    }
    await_sleep(helper, helper);
    char path[64], line[256], pending[32] = "";
    snprintf(path, sizeof path, "/proc/%d/status", (int)helper);
    FILE *file = fopen(path, "re");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL)
        sscanf(line, "ShdPnd: %31s", pending);
    fclose(file);
    CHECK_EQ(strcmp(pending, "0000000000000000"), 0);
    stop_reaper();
}

/** The status comes though SIGCHLD is ignored, and nothing that the program does to it matters. */
static void test_ignored_children(void)
{
    signal(SIGCHLD, SIG_IGN);
    start_reaper(0);
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "exit 9");
    CHECK_EQ(WEXITSTATUS(finish(start(&options, 0))), 9);
    signal(SIGCHLD, SIG_DFL);
    CHECK_EQ(WEXITSTATUS(finish(start(&options, 0))), 9);
    stop_reaper();
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "be traced") == 0)
        return be_traced();
    skip_without_spawn();
    RUN(test_status);
    RUN(test_arguments);
    RUN(test_wait);
    RUN(test_signals);
    RUN(test_trapped);
    RUN(test_released_alive);
    RUN(test_orphans);
    RUN(test_holds_nothing);
    RUN(test_full_socket);
    IN_FORK(test_group_signals);
    IN_FORK(test_ignored_children);
    return 0;
}
