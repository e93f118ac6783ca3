/* SPDX-License-Identifier: MIT */
/*
 * The ends: of the program, by exit, SIGKILL, execve and after setuid; and of the helper. Each in many rounds, while children
 * live and others are being spawned. Nothing may stay behind: no helper, no lock, no port, no waiter, no slot.
 *
 * This process is a subreaper, so that whatever is left comes to it.
 */
#include "reaper_support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define SPAWNERS 2

static int round_count;
static char lock_path[] = "/tmp/lxe-reaper-XXXXXX";

/** What the program tells of itself. */
struct report {
    int32_t helper, child;
    uint16_t port;
};

/** The ends of pipes: reports, and the standard input that ends with the round. */
static int report_pipe[2], input_pipe[2];
static pid_t tester;

/** Listens at a TCP port. @port: 0 for a new one. On an address of this test's own: no other program's connection has it. */
static int listen_at(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = *port, .sin_addr.s_addr = htonl(0x7f000000u | (uint32_t)tester)};
    socklen_t length = sizeof address;
    int fd = MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    MUST(bind(fd, (struct sockaddr *)&address, length));
    MUST(listen(fd, 1));
    MUST(getsockname(fd, (struct sockaddr *)&address, &length));
    *port = address.sin_port;
    return fd;
}

static void take_lock(void)
{
    MUST(flock(MUST(open(lock_path, O_RDWR | O_CLOEXEC)), LOCK_EX | LOCK_NB));
}

static struct lxe_reaper_child start_waiting(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/cat");
    struct lxe_spawn_fd input = {input_pipe[0], 0};
    options.fds = &input;
    options.fd_count = 1;
    return start(&options, 0);
}

/** Spawns until there is no helper any more. Counts handles that the helper's death has left without a status. */
static void *spawn_until_dead(void *lost)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    struct lxe_reaper_child child = {.size = sizeof child};
    struct lxe_pidfd_status status = {.size = sizeof status};
    int32_t error;
    while ((error = lxe_reaper_spawn(&options, &child)) == 0) {
        CHECK(child.pid > 0);
        int32_t result = lxe_reaper_wait(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status);
        CHECK(result == 1 || result == -ECHILD);
        if (result == 1)
            CHECK_EQ(status.status, 0);
        else
            atomic_fetch_add((_Atomic int *)lost, 1);
        CHECK_EQ(lxe_reaper_release(child.child), 0);
    }
    if (error != -EPERM)
        CHECK_EQ(error, -ESRCH);
    return NULL;
}

/** The program: holds a port and a lock, has a child that lives and others that come and go; then it ends. */
static void run_program(void (*end)(void))
{
    static _Atomic int lost;
    struct report report = {0};
    listen_at(&report.port);
    take_lock();
    report.helper = start_reaper(0);
    report.child = start_waiting().pid;
    pthread_t spawners[SPAWNERS];
    for (int i = 0; i < SPAWNERS; i++)
        CHECK_EQ(pthread_create(&spawners[i], NULL, spawn_until_dead, &lost), 0);
    CHECK_EQ(write(report_pipe[1], &report, sizeof report), sizeof report);
    end();
    exit(1);
}

static void end_by_exit(void)
{
    exit(0);
}

/** By the test. */
static void end_by_kill(void)
{
    for (;;)
        pause();
}

static void end_by_execve(void)
{
    MUST(dup2(input_pipe[0], 0));
    execl("/bin/cat", "cat", (char *)NULL);
}

/** setresuid waits for every thread, also for the one that is parked. */
static void end_after_setuid(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    MUST(setresuid(65534, 65534, 65534));
    start(&options, -EPERM);
    exit(0);
}

/** Reaps what has come to this process, all of which ends by itself. */
static void reap_all(void)
{
    char path[64];
    int pid;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    for (;;) {
        FILE *list = fopen(path, "re");
        CHECK(list != NULL);
        int found = fscanf(list, "%d", &pid);
        fclose(list);
        if (found != 1)
            return;
        CHECK(pid > 0);
        CHECK_EQ(waitpid(pid, NULL, __WALL), pid);
    }
}

/** Waits until the program is another one, which waits for its input. */
static void await_execve(int program)
{
    char name[16] = "";
    while (look_at(program, name) != 'S' || strcmp(name, "cat") != 0)
        sched_yield();
}

static void end_of_program(void (*end)(void))
{
    for (int round = 0; round < round_count; round++) {
        MUST(pipe2(report_pipe, O_CLOEXEC));
        MUST(pipe2(input_pipe, O_CLOEXEC));
        fflush(NULL);
        int program = MUST(fork());
        if (program == 0) {
            close(input_pipe[1]);
            run_program(end);
        }
        close(report_pipe[1]);
        struct report report;
        CHECK_EQ(read(report_pipe[0], &report, sizeof report), sizeof report);
        CHECK(report.helper > 1);
        close(report_pipe[0]);
        if (end == end_by_kill)
            MUST(kill(program, SIGKILL));
        if (end == end_by_execve) {
            await_execve(program);
            while (state_of(report.helper) != 'Z') /* the new program has no use for it, but is its parent */
                sched_yield();
        } else
            CHECK_EQ(reap_child(program), end == end_by_kill ? SIGKILL : 0);
        int listener = listen_at(&report.port);
        int lock = MUST(open(lock_path, O_RDWR | O_CLOEXEC));
        MUST(flock(lock, LOCK_EX | LOCK_NB));
        close(lock);
        close(listener);
        char state = state_of(report.child); /* the children live on */
        CHECK(state != 0 && state != 'Z' && state != 'X');
        close(input_pipe[0]);
        close(input_pipe[1]);
        reap_all();
        CHECK_EQ(state_of(report.helper), 0);
        CHECK_EQ(state_of(report.child), 0);
    }
}

static void test_exit(void) { end_of_program(end_by_exit); }
static void test_kill(void) { end_of_program(end_by_kill); }
static void test_execve(void) { end_of_program(end_by_execve); }

static void test_setuid(void)
{
    if (geteuid() != 0)
        puts("  skipped: test_setuid: only root can become somebody else");
    else
        end_of_program(end_after_setuid);
}

static void *await_lost(void *child)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    CHECK_EQ(lxe_reaper_wait(*(uint64_t *)child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status), -ECHILD);
    return NULL;
}

/** kill -9 of the helper: whoever waits or spawns is told, and the next helper starts with nothing lost but those children. */
static void test_killed_helper(void)
{
    static _Atomic int lost;
    struct lxe_pidfd_status status = {.size = sizeof status};
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    for (int round = 0; round < round_count; round++) {
        MUST(pipe2(input_pipe, O_CLOEXEC));
        int32_t helper = start_reaper(0);
        struct lxe_reaper_child live = start_waiting(), released = start_waiting(), ended = start(&options, 0);
        CHECK_EQ(lxe_reaper_release(released.child), 0);
        CHECK_EQ(lxe_reaper_wait(ended.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status), 1);
        pthread_t waiter, spawners[SPAWNERS];
        CHECK_EQ(pthread_create(&waiter, NULL, await_lost, &live.child), 0);
        for (int i = 0; i < SPAWNERS; i++)
            CHECK_EQ(pthread_create(&spawners[i], NULL, spawn_until_dead, &lost), 0);
        for (int i = 0; i < round % 10; i++)
            sched_yield();
        MUST(kill(helper, SIGKILL));
        await_reaper(-EOWNERDEAD);
        CHECK_EQ(pthread_join(waiter, NULL), 0);
        for (int i = 0; i < SPAWNERS; i++)
            CHECK_EQ(pthread_join(spawners[i], NULL), 0);
        CHECK_EQ(lxe_reaper_wait(ended.child, LXE_WAIT_EXITED, 0, &status), 1); /* known before */
        CHECK_EQ(lxe_reaper_wait(live.child, LXE_WAIT_EXITED, 0, &status), -ECHILD);
        CHECK_EQ(lxe_reaper_signal(live.child, 0, 0), -ESRCH);
        CHECK_EQ(lxe_reaper_release(live.child), 0);
        CHECK_EQ(lxe_reaper_release(ended.child), 0);
        CHECK((uint32_t)live.child < 3 + SPAWNERS + 1); /* no slot was lost in earlier rounds */
        close(input_pipe[0]);
        close(input_pipe[1]);
        reap_all();
    }
    printf("  %d children were being spawned or awaited when their helper was killed\n", lost);
}

/** A copy of the program has no reaper, may start its own, and does not disturb the other. */
static int use_in_copy(void *child)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "exit 5");
    CHECK_EQ(lxe_reaper_pid(), -ESRCH);
    CHECK_EQ(lxe_reaper_stop(), -ESRCH);
    start(&options, -ESRCH);
    CHECK_EQ(lxe_reaper_signal(*(uint64_t *)child, SIGKILL, 0), -ESRCH);
    CHECK_EQ(lxe_reaper_wait(*(uint64_t *)child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status), -ECHILD);
    start_reaper(0);
    CHECK_EQ(lxe_reaper_wait(*(uint64_t *)child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status), -ECHILD);
    CHECK_EQ(WEXITSTATUS(finish(start(&options, 0))), 5);
    stop_reaper();
    return 0;
}

static void test_fork(void)
{
    MUST(pipe2(input_pipe, O_CLOEXEC));
    start_reaper(0);
    struct lxe_reaper_child live = start_waiting();
    CHECK_EQ(reap_child(start_child(use_in_copy, &live.child)), 0);
    close(input_pipe[0]);
    close(input_pipe[1]);
    CHECK_EQ(finish(live), 0);
    stop_reaper();
}

int main(void)
{
    if (count_children() < 0)
        skip_program("this kernel does not list children in /proc");
    round_count = rounds(200);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
    tester = getpid();
    close(MUST(mkstemp(lock_path)));
    MUST(chmod(lock_path, 0666));
    RUN(test_exit);
    RUN(test_kill);
    RUN(test_execve);
    RUN(test_setuid);
    RUN(test_killed_helper);
    RUN(test_fork);
    MUST(unlink(lock_path));
    return 0;
}
