/* SPDX-License-Identifier: MIT */
/* What a child can be given beside descriptors, directory and signals; each by lxe_spawn_start and by the reaper. */
#include "spawn_support.h"

#include <sys/ioctl.h>
#include <termios.h>

#define NOBODY 65534

static const char *const with_path[] = {"PATH=/bin:/usr/bin", NULL};

static struct lxe_spawn_options shell(const char *const *arguments)
{
    return (struct lxe_spawn_options){
        .size = sizeof(struct lxe_spawn_options), .path = "/bin/sh", .arguments = arguments, .environment = with_path};
}

#define SHELL(command) shell((const char *const[]){"sh", "-c", command, NULL})

static void expect_output(struct lxe_spawn_options options, const char *expected)
{
    char *text = standard_output(options);
    if (strcmp(text, expected) != 0)
        fprintf(stderr, "\"%s\", not \"%s\"\n", text, expected);
    CHECK_EQ(strcmp(text, expected), 0);
    free(text);
}

static void expect_error(struct lxe_spawn_options options, int32_t error, uint32_t step, uint32_t index)
{
    struct lxe_spawn_result result = spawn(&options, error);
    CHECK_EQ(result.step, step);
    CHECK_EQ(result.index, index);
}

static void test_modes_and_priority(void)
{
    struct lxe_spawn_options options = SHELL("umask; nice");
    options.flags = LXE_SPAWN_UMASK | LXE_SPAWN_NICE;
    options.umask = 0137;
    options.nice = 19; /* the lowest: anyone may, whatever the tests run at */
    int priority = getpriority(PRIO_PROCESS, 0);
    mode_t mask = umask(022);
    expect_output(options, "0137\n19\n");
    CHECK_EQ(umask(mask), 022); /* ours is as it was */
    CHECK_EQ(getpriority(PRIO_PROCESS, 0), priority);
}

static void test_limits(void)
{
    struct lxe_spawn_options options = SHELL("ulimit -Sn; ulimit -Hn; ulimit -c");
    struct rlimit files;
    MUST(getrlimit(RLIMIT_NOFILE, &files));
    struct lxe_spawn_limit limits[] = {{RLIMIT_NOFILE, 0, 20, 30}, {RLIMIT_CORE, 0, 0, 0}};
    options.limits = limits;
    options.limit_count = COUNT(limits);
    expect_output(options, "20\n30\n0\n");
    struct lxe_spawn_fd above = {1, 100}; /* a descriptor may be there already */
    options.path = "/bin/true";
    options.fds = &above;
    options.fd_count = 1;
    CHECK_EQ(run(&options), 0);
    struct rlimit after;
    MUST(getrlimit(RLIMIT_NOFILE, &after));
    CHECK_EQ(after.rlim_cur, files.rlim_cur);

    limits[1].resource = 1000;
    expect_error(options, -EINVAL, LXE_SPAWN_STEP_LIMIT, 1);
    limits[1] = (struct lxe_spawn_limit){RLIMIT_CORE, 0, 2, 1};
    expect_error(options, -EINVAL, LXE_SPAWN_STEP_LIMIT, 1);
    limits[1].reserved = 1;
    expect_error(options, -EINVAL, LXE_SPAWN_STEP_OPTIONS, 0);
    limits[1] = (struct lxe_spawn_limit){RLIMIT_STACK, 0, 8 << 20, UINT64_MAX};
    options = SHELL("ulimit -Hs");
    options.limits = limits;
    options.limit_count = 2;
    MUST(getrlimit(RLIMIT_STACK, &after));
    if (after.rlim_max == RLIM_INFINITY)
        expect_output(options, "unlimited\n");
}

static void test_affinity(void)
{
    struct lxe_spawn_options options = SHELL("exec grep Cpus_allowed_list /proc/self/status");
    char expected[64];
    int processor = sched_getcpu();
    CHECK(processor >= 0);
    uint64_t mask[16] = {0};
    CHECK(processor < 1024);
    mask[processor / 64] = UINT64_C(1) << processor % 64;
    options.affinity = mask;
    options.affinity_count = COUNT(mask);
    snprintf(expected, sizeof expected, "Cpus_allowed_list:\t%d\n", processor);
    expect_output(options, expected);
    memset(mask, 0, sizeof mask);
    expect_error(options, -EINVAL, LXE_SPAWN_STEP_AFFINITY, 0);
}

static void test_user(void)
{
    struct lxe_spawn_options options = SHELL("id -u; id -ru; id -g; id -G");
    const uint32_t groups[] = {101, 102};
    options.flags = LXE_SPAWN_UID | LXE_SPAWN_GID | LXE_SPAWN_GROUPS;
    options.uid = 1001;
    options.gid = 1002;
    options.groups = groups;
    options.group_count = COUNT(groups);
    if (geteuid() != 0) {
        expect_error(options, -EPERM, LXE_SPAWN_STEP_CREDENTIALS, 0);
        puts("  skipped: test_user: only root can become somebody else");
        return;
    }
    MUST(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
    expect_output(options, "1001\n1001\n1002\n1002 101 102\n");
    CHECK_EQ(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1); /* the child shared our memory */
    CHECK_EQ(geteuid(), 0);
    options.group_count = 0;
    options.groups = NULL;
    expect_output(options, "1001\n1001\n1002\n1002\n");
    options.path = "/nonexistent";
    expect_error(options, -ENOENT, LXE_SPAWN_STEP_EXEC, 0);
    CHECK_EQ(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
    MUST(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
    expect_error(options, -ENOENT, LXE_SPAWN_STEP_EXEC, 0);
    CHECK_EQ(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    MUST(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static void *spawn_others(void *unused)
{
    struct lxe_spawn_options options = PROGRAM("/nonexistent");
    options.flags = LXE_SPAWN_UID;
    options.uid = NOBODY;
    for (int round = 0; round < 50; round++)
        expect_error(options, -ENOENT, LXE_SPAWN_STEP_EXEC, 0);
    return unused;
}

/** Nobody takes for the program's own state what another's child has left. */
static void test_users_at_once(void)
{
    if (geteuid() != 0) {
        puts("  skipped: test_users_at_once: only root can become somebody else");
        return;
    }
    pthread_t threads[8];
    MUST(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
    for (uint32_t i = 0; i < COUNT(threads); i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, spawn_others, NULL), 0);
    for (uint32_t i = 0; i < COUNT(threads); i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
}

static void test_directory(void)
{
    struct lxe_spawn_options options = SHELL("pwd");
    options.flags = LXE_SPAWN_DIRECTORY;
    options.directory = MUST(open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    expect_output(options, "/usr\n");
    options.working_directory = "bin";
    expect_output(options, "/usr/bin\n");
    close(options.directory);
    options.directory = MUST(open("/dev/null", O_RDONLY | O_CLOEXEC));
    expect_error(options, -ENOTDIR, LXE_SPAWN_STEP_WORKING_DIRECTORY, 0);
    close(options.directory);
    expect_error(options, -EBADF, LXE_SPAWN_STEP_WORKING_DIRECTORY, 0);
}

static void test_terminal(void)
{
    int primary = MUST(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    char name[64], text[16] = "";
    MUST(grantpt(primary));
    MUST(unlockpt(primary));
    CHECK_EQ(ptsname_r(primary, name, sizeof name), 0);
    struct lxe_spawn_options options = SHELL("echo here >/dev/tty");
    options.flags = LXE_SPAWN_SESSION | LXE_SPAWN_TERMINAL;
    options.terminal = MUST(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
    CHECK_EQ(run(&options), 0);
    CHECK(read(primary, text, sizeof text - 1) > 0);
    CHECK_EQ(strncmp(text, "here", 4), 0);
    options.flags = LXE_SPAWN_TERMINAL;
    expect_error(options, -EPERM, LXE_SPAWN_STEP_TERMINAL, 0);
    close(options.terminal);
    expect_error(options, -EBADF, LXE_SPAWN_STEP_TERMINAL, 0);
    options.flags = LXE_SPAWN_SESSION | LXE_SPAWN_TERMINAL;
    options.terminal = MUST(open("/dev/null", O_RDWR | O_CLOEXEC));
    expect_error(options, -ENOTTY, LXE_SPAWN_STEP_TERMINAL, 0);
    close(options.terminal);
    close(primary);
}

/** A new control group, in whichever hierarchy can be written to. Return: whether there is one. */
static int make_cgroup(char *path, size_t size)
{
    static const char *const roots[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/systemd"};
    for (uint32_t i = 0; i < COUNT(roots); i++) {
        char procs[256];
        snprintf(procs, sizeof procs, "%s/cgroup.procs", roots[i]);
        snprintf(path, size, "%s/lxe-test-%d", roots[i], (int)getpid());
        if (access(procs, W_OK) == 0 && mkdir(path, 0755) == 0)
            return 1;
    }
    return 0;
}

static void test_cgroup(void)
{
    struct lxe_spawn_options options = SHELL("cat /proc/self/cgroup");
    options.flags = LXE_SPAWN_CGROUP;
    options.cgroup = MUST(open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    expect_error(options, -ENOENT, LXE_SPAWN_STEP_CGROUP, 0);
    close(options.cgroup);
    expect_error(options, -EBADF, LXE_SPAWN_STEP_CGROUP, 0);
    char path[256];
    if (!make_cgroup(path, sizeof path)) {
        puts("  skipped: test_cgroup: no control group can be made here");
        return;
    }
    options.cgroup = MUST(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    char *text = standard_output(options);
    CHECK(strstr(text, strrchr(path, '/')) != NULL);
    free(text);
    close(options.cgroup);
    while (rmdir(path) != 0) /* the kernel takes the last one out a moment after it was reaped */
        CHECK_EQ(errno, EBUSY);
}

/** The parent of a child, and the child: the program itself and itself, or the program's helper. */
struct family {
    int32_t parent, child;
};

/** Spawns, tells whom, and waits to be killed. */
static int spawn_and_wait(void *writer)
{
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "kill -STOP $$; exit 1");
    options.parent_death_signal = SIGKILL;
    struct family family = {.parent = through_reaper ? start_reaper(0) : getpid()};
    family.child = spawn(&options, 0).pid;
    CHECK_EQ(write(*(int *)writer, &family, sizeof family), sizeof family);
    pause();
    return 1;
}

static void test_parent_death(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    options.parent_death_signal = 65;
    expect_error(options, -EINVAL, LXE_SPAWN_STEP_PARENT_DEATH, 0);
    options.parent_death_signal = SIGTERM;
    CHECK_EQ(run(&options), 0);

    int ends[2];
    struct family family;
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)); /* orphans come to us */
    MUST(pipe2(ends, O_CLOEXEC));
    int program = start_child(spawn_and_wait, &ends[1]);
    CHECK_EQ(read(ends[0], &family, sizeof family), sizeof family);
    MUST(kill(program, SIGKILL));
    CHECK_EQ(reap_child(program), SIGKILL);
    if (family.parent != program)
        CHECK_EQ(reap_child(family.parent), 0);
    CHECK_EQ(reap_child(family.child), SIGKILL);
    close(ends[0]);
    close(ends[1]);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0));
}

static void test_arguments(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    options.reserved = 1;
    expect_error(options, -EINVAL, LXE_SPAWN_STEP_OPTIONS, 0);
    options.reserved = 0;
    options.limit_count = 1;
    expect_error(options, -EFAULT, LXE_SPAWN_STEP_OPTIONS, 0);
    options.limit_count = 0;
    options.group_count = 1;
    expect_error(options, -EFAULT, LXE_SPAWN_STEP_OPTIONS, 0);
    options.group_count = 0;
    options.affinity_count = 1;
    expect_error(options, -EFAULT, LXE_SPAWN_STEP_OPTIONS, 0);
    options.affinity_count = 0;
    CHECK_EQ(run(&options), 0);
    options.size = offsetof(struct lxe_spawn_options, terminal); /* as they were before there were these */
    options.reserved = 1;
    CHECK_EQ(run(&options), 0);
}

int main(void)
{
    skip_without_spawn();
    RUN_SPAWN(test_modes_and_priority);
    RUN_SPAWN(test_limits);
    RUN_SPAWN(test_affinity);
    RUN_SPAWN(test_user);
    RUN_SPAWN(test_users_at_once);
    RUN_SPAWN(test_directory);
    RUN_SPAWN(test_terminal);
    RUN_SPAWN(test_cgroup);
    RUN_SPAWN(test_parent_death);
    RUN_SPAWN(test_arguments);
    return 0;
}
