/* SPDX-License-Identifier: MIT */
/* What children of the reaper have from the thread that asked for them, and who may ask. */
#include "spawn_support.h"

#include <grp.h>

/** Limits, priority, affinity, umask, directory and process group of the calling thread, not of the helper. */
static void test_handed_down(void)
{
    static const char script[] = "ulimit -n; ulimit -c; nice; umask; pwd; cut -d' ' -f5 /proc/self/stat;"
                                 "sed -n 's/Cpus_allowed:.//p' /proc/self/status";
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", script);
    static const char *const path[] = {"PATH=/bin:/usr/bin", NULL};
    options.environment = path;
    start_reaper(0);
    struct rlimit files = {100, 200}, cores = {0, 0};
    MUST(setrlimit(RLIMIT_NOFILE, &files));
    MUST(setrlimit(RLIMIT_CORE, &cores));
    MUST(setpriority(PRIO_PROCESS, 0, 19)); /* the lowest: anyone may, whatever the tests run at */
    MUST(setpgid(0, 0));
    MUST(chdir("/usr"));
    umask(0123);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    MUST(sched_setaffinity(0, sizeof one, &one));
    char *direct = standard_output(options);
    through_reaper = 1;
    char *ours = standard_output(options);
    through_reaper = 0;
    if (strcmp(direct, ours) != 0)
        fprintf(stderr, "directly:\n%sthrough the reaper:\n%s", direct, ours);
    CHECK_EQ(strcmp(direct, ours), 0);
    CHECK_EQ(strncmp(ours, "100\n0\n19\n0123\n/usr\n", 19), 0);
    free(direct);
    free(ours);
    stop_reaper();
}

/** A program that has become somebody else may not start children as who it was; nor in the session that it left. */
static void test_changed_user(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    start_reaper(0);
    uid_t other = getuid() + 1; /* the tests may be run by anyone, by 65534 too */
    if (setresgid(other, other, other) == 0 && setresuid(other, other, other) == 0)
        CHECK_EQ(start(&options, -EPERM).step, LXE_SPAWN_STEP_CREATE);
    else
        puts("  skipped: there is no other user to become");
    stop_reaper();
}

static void *run_true(void *unused)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    CHECK_EQ(finish(start(&options, 0)), 0);
    return unused;
}

/** More groups than have room on the stack of the thread that asks. */
static void test_small_stack(void)
{
    gid_t groups[4096];
    for (uint32_t i = 0; i < COUNT(groups); i++)
        groups[i] = i + 1;
    if (setgroups(COUNT(groups), groups) < 0)
        puts("  no other groups to have");
    start_reaper(0);
    on_small_stack(run_true, NULL);
    stop_reaper();
}

/** The same number of other groups. */
static void test_changed_groups(void)
{
    static const gid_t before[] = {1, 2}, after[] = {1, 3};
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    if (setgroups(2, before) < 0) {
        puts("  skipped: no other groups to have");
        return;
    }
    start_reaper(0);
    CHECK_EQ(finish(start(&options, 0)), 0);
    MUST(setgroups(2, after));
    CHECK_EQ(start(&options, -EPERM).step, LXE_SPAWN_STEP_CREATE);
    stop_reaper();
}

static void test_changed_session(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    start_reaper(0);
    MUST(setsid());
    CHECK_EQ(start(&options, -EPERM).step, LXE_SPAWN_STEP_CREATE);
    options.flags = LXE_SPAWN_SESSION;
    CHECK_EQ(finish(start(&options, 0)), 0);
    stop_reaper();
}

/** A limit of the caller's is no limit for the helper, which has descriptors of its own. */
static void test_few_descriptors(void)
{
    start_reaper(0);
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = 4; /* what a program needs to load its library */
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    CHECK_EQ(finish(start(&options, 0)), 0);
    struct lxe_spawn_fd fds[] = {{0, 2}, {2, 0}, {0, 4}};
    options.fds = fds;
    options.fd_count = 2;
    CHECK_EQ(finish(start(&options, 0)), 0);
    options.fd_count = 3;
    struct lxe_reaper_child child = start(&options, -EBADF);
    CHECK_EQ(child.step, LXE_SPAWN_STEP_DESCRIPTOR);
    CHECK_EQ(child.index, 2);
    stop_reaper();
}

/** Where limits can't be read, none is handed down, and none refuses anything. */
static void test_unknown_limits(void)
{
    filter(SYS_prlimit64, SECCOMP_RET_ERRNO | EPERM);
    start_reaper(0);
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    struct lxe_spawn_fd fd = {0, 3};
    options.fds = &fd;
    options.fd_count = 1;
    CHECK_EQ(finish(start(&options, 0)), 0);
    stop_reaper();
}

int main(void)
{
    skip_without_spawn();
    IN_FORK(test_handed_down);
    IN_FORK(test_few_descriptors);
    IN_FORK(test_unknown_limits);
    IN_FORK(test_small_stack);
    IN_FORK(test_changed_user);
    IN_FORK(test_changed_groups);
    IN_FORK(test_changed_session);
    return 0;
}
