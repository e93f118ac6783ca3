/* SPDX-License-Identifier: MIT */
/*
 * A child that is stuck before execve, in the program's memory, when its helper or the program is killed. What sticks is the
 * joining of a control group that is none: cgroup.procs is a FIFO there, which opens when somebody reads.
 */
#include "reaper_support.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define ROUNDS 50

static char directory[] = "/tmp/lxe-stuck-XXXXXX";
static char fifo[64];

static int first_child(int process)
{
    char path[64];
    int pid = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", process, process);
    FILE *list = fopen(path, "re");
    CHECK(list != NULL);
    if (fscanf(list, "%d", &pid) != 1)
        pid = 0;
    fclose(list);
    return pid;
}

/** Waits until a helper that has no other child has one that is stuck. Return: its process id. */
static int await_stuck(int32_t helper)
{
    int child;
    while ((child = first_child(helper)) == 0)
        sched_yield();
    await_sleep(child, child);
    return child;
}

/** Lets it go on: takes what it writes. */
static void unstick(void)
{
    char byte;
    int fd = MUST(open(fifo, O_RDONLY | O_CLOEXEC));
    CHECK_EQ(read(fd, &byte, 1), 1);
    close(fd);
}

/** Its arguments are gone when this returns. */
static struct lxe_reaper_child spawn_stuck(void)
{
    char command[16];
    strcpy(command, "exit 7");
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", command);
    options.flags = LXE_SPAWN_CGROUP;
    options.cgroup = MUST(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct lxe_reaper_child child = start(&options, 0);
    memset(command, 0, sizeof command);
    close(options.cgroup);
    return child;
}

static _Atomic int returned;

static void *spawn_in_thread(void *result)
{
    *(struct lxe_reaper_child *)result = spawn_stuck();
    returned = 1;
    return NULL;
}

/** The request has its true result: the program was started, and nobody can know its status. */
static void kill_helper(void)
{
    struct lxe_reaper_child child;
    struct lxe_pidfd_status status = {.size = sizeof status};
    pthread_t spawner;
    int32_t helper = start_reaper(0);
    returned = 0;
    CHECK_EQ(pthread_create(&spawner, NULL, spawn_in_thread, &child), 0);
    int pid = await_stuck(helper);
    MUST(kill(helper, SIGKILL));
    while (lxe_reaper_pid() != -ESRCH)
        sched_yield();
    CHECK_EQ(returned, 0); /* what the child uses is still there */
    unstick();
    CHECK_EQ(pthread_join(spawner, NULL), 0);
    await_reaper(-EOWNERDEAD);
    CHECK_EQ(child.pid, pid);
    CHECK_EQ(lxe_reaper_wait(child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status), -ECHILD);
    CHECK_EQ(lxe_reaper_release(child.child), 0);
    CHECK_EQ(WEXITSTATUS(reap_child(pid)), 7); /* it came to us */
}

static int run_program(void *writer)
{
    int32_t helper = start_reaper(0);
    CHECK_EQ(write(*(int *)writer, &helper, sizeof helper), sizeof helper);
    spawn_stuck();
    return 1;
}

/** The helper has what it needs without the program, starts its child, and then leaves. */
static void kill_program(void)
{
    int ends[2];
    int32_t helper;
    MUST(pipe2(ends, O_CLOEXEC));
    int program = start_child(run_program, &ends[1]);
    CHECK_EQ(read(ends[0], &helper, sizeof helper), sizeof helper);
    CHECK(helper > 1);
    int pid = await_stuck(helper);
    MUST(kill(program, SIGKILL));
    CHECK_EQ(reap_child(program), SIGKILL);
    unstick();
    CHECK_EQ(reap_child(helper), 0);
    int status;
    if (waitpid(pid, &status, 0) == pid) /* unless the helper has reaped it before it left */
        CHECK_EQ(WEXITSTATUS(status), 7);
    close(ends[0]);
    close(ends[1]);
}

static void test_helper_killed(void)
{
    for (int round = 0; round < ROUNDS; round++)
        kill_helper();
}

static void test_program_killed(void)
{
    for (int round = 0; round < ROUNDS; round++)
        kill_program();
}

int main(void)
{
    if (count_children() < 0)
        skip_program("this kernel does not list children in /proc");
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
    CHECK(mkdtemp(directory) != NULL);
    snprintf(fifo, sizeof fifo, "%s/cgroup.procs", directory);
    MUST(mkfifo(fifo, 0600));
    RUN(test_helper_killed);
    RUN(test_program_killed);
    MUST(unlink(fifo));
    MUST(rmdir(directory));
    return 0;
}
