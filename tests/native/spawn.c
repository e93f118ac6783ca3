/* SPDX-License-Identifier: MIT */
#include "spawn_support.h"

static char directory[] = "/tmp/lxe-spawn-XXXXXX";

static const char *in_directory(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void make_file(const char *name, mode_t mode)
{
    int fd = open(in_directory(name), O_CREAT | O_WRONLY | O_CLOEXEC, mode);
    CHECK(fd >= 0);
    CHECK_EQ(write(fd, "neither ELF nor script\n", 23), 23);
    close(fd);
}

static void test_status(void)
{
    static const char *const commands[] = {"exit 0", "exit 42", "exit 255"};
    static const int codes[] = {0, 42, 255};
    for (uint32_t i = 0; i < COUNT(commands); i++) {
        struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", commands[i]);
        int status = run(&options);
        CHECK(WIFEXITED(status));
        CHECK_EQ(WEXITSTATUS(status), codes[i]);
    }
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "kill -KILL $$");
    int status = run(&options);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGKILL);
}

/** A child comes with a pidfd, by clone or else by pidfd_open. */
static int has_pidfd(const char *name)
{
    struct lxe_feature_info info = {.size = sizeof info};
    return lxe_feature_query(LXE_FEATURE_CLONE_PIDFD, &info) == 1 || has(LXE_FEATURE_PIDFD_OPEN, name);
}

static void test_pidfd(void)
{
    if (!has_pidfd("test_pidfd"))
        return;
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "exit 7");
    struct lxe_spawn_result child = spawn(&options, 0);
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", child.pidfd);
    FILE *file = fopen(path, "re");
    int pid = 0;
    while (fgets(line, sizeof line, file) != NULL)
        sscanf(line, "Pid: %d", &pid);
    fclose(file);
    CHECK_EQ(pid, child.pid);
    CHECK_EQ(WEXITSTATUS(reap(&child)), 7);
}

static void test_pidfd_without_clone_pidfd(void)
{
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_CLONE_PIDFD), 0);
    int before = count_descriptors();
    test_pidfd();
    CHECK_EQ(count_descriptors(), before);
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_PIDFD_OPEN), 0);
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    struct lxe_spawn_result child = spawn(&options, 0);
    CHECK_EQ(child.pidfd, -1);
    CHECK_EQ(reap(&child), 0);
    CHECK_EQ(count_descriptors(), before);
}

static void expect(struct lxe_spawn_options options, int32_t error, uint32_t step)
{
    struct lxe_spawn_result result = spawn(&options, error);
    CHECK_EQ(result.step, step);
    CHECK_EQ(result.index, 0);
}

static void test_exec_fails(void)
{
    make_file("forbidden", 0644);
    make_file("garbage", 0755);
    MUST(symlink("loop", in_directory("loop")));
    char *large = malloc(1 << 20);
    memset(large, 'x', (1 << 20) - 1);
    large[(1 << 20) - 1] = '\0';
    expect((struct lxe_spawn_options)PROGRAM("/nonexistent"), -ENOENT, LXE_SPAWN_STEP_EXEC);
    expect((struct lxe_spawn_options)PROGRAM("/etc/passwd/x"), -ENOTDIR, LXE_SPAWN_STEP_EXEC);
    expect((struct lxe_spawn_options)PROGRAM("/tmp"), -EACCES, LXE_SPAWN_STEP_EXEC);
    expect((struct lxe_spawn_options)PROGRAM(in_directory("forbidden")), -EACCES, LXE_SPAWN_STEP_EXEC);
    expect((struct lxe_spawn_options)PROGRAM(in_directory("garbage")), -ENOEXEC, LXE_SPAWN_STEP_EXEC);
    expect((struct lxe_spawn_options)PROGRAM(in_directory("loop")), -ELOOP, LXE_SPAWN_STEP_EXEC);
    expect((struct lxe_spawn_options)PROGRAM("/bin/true", large), -E2BIG, LXE_SPAWN_STEP_EXEC);
    expect((struct lxe_spawn_options)PROGRAM(""), -ENOENT, LXE_SPAWN_STEP_EXEC);
    free(large);
}

static void test_working_directory(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/pwd");
    options.working_directory = directory;
    char *text = standard_output(options);
    CHECK_EQ(strncmp(text, directory, strlen(directory)), 0);
    free(text);
    options.working_directory = in_directory("missing");
    expect(options, -ENOENT, LXE_SPAWN_STEP_WORKING_DIRECTORY);
    options.working_directory = in_directory("garbage");
    expect(options, -ENOTDIR, LXE_SPAWN_STEP_WORKING_DIRECTORY);

    /* A relative program is looked for below it. */
    struct lxe_spawn_options relative = PROGRAM("bin/true");
    relative.working_directory = "/";
    CHECK_EQ(run(&relative), 0);
}

static void test_environment(void)
{
    struct lxe_spawn_options options = PROGRAM("/usr/bin/env");
    char *text = standard_output(options);
    CHECK_EQ(strcmp(text, ""), 0);
    free(text);
    options.environment = (const char *const[]){"A=1", "B=two words", NULL};
    text = standard_output(options);
    CHECK_EQ(strcmp(text, "A=1\nB=two words\n"), 0);
    free(text);
}

/** Reads the set of signals that /proc/self/status, as the child saw it, names `name`. */
static uint64_t signal_set(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    CHECK(line != NULL);
    return strtoull(line + strlen(name), NULL, 16);
}

static void ignore(int signal) { (void)signal; }

static void test_signals(void)
{
    sigset_t blocked, now;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGRTMAX - 1);
    MUST(sigprocmask(SIG_SETMASK, &blocked, NULL));
    signal(SIGPIPE, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGUSR1, ignore);
    signal(SIGRTMAX, ignore);

    struct lxe_spawn_options options = PROGRAM("/bin/cat", "/proc/self/status");
    char *text = standard_output(options);
    CHECK_EQ(signal_set(text, "SigBlk:"), 0);
    CHECK_EQ(signal_set(text, "SigIgn:"), 0);
    CHECK_EQ(signal_set(text, "SigCgt:"), 0);
    CHECK_EQ(signal_set(text, "SigPnd:"), 0);
    CHECK_EQ(signal_set(text, "ShdPnd:"), 0);
    free(text);

    /* Kept: what the caller ignores and the list names. SIGHUP is not ignored, SIGQUIT is not named. */
    options.signal_keep_ignored = BIT(SIGPIPE) | BIT(SIGHUP) | BIT(SIGUSR1);
    options.signal_mask = BIT(SIGUSR2) | BIT(64);
    text = standard_output(options);
    CHECK_EQ(signal_set(text, "SigBlk:"), (BIT(SIGUSR2) | BIT(64)));
    CHECK_EQ(signal_set(text, "SigIgn:"), BIT(SIGPIPE));
    CHECK_EQ(signal_set(text, "SigCgt:"), 0);
    free(text);

    /* The caller's own mask is as it was, also after a failure. */
    expect((struct lxe_spawn_options)PROGRAM("/nonexistent"), -ENOENT, LXE_SPAWN_STEP_EXEC);
    MUST(sigprocmask(SIG_SETMASK, NULL, &now));
    for (int number = 1; number <= SIGRTMAX; number++)
        CHECK_EQ(sigismember(&now, number), sigismember(&blocked, number));
    sigemptyset(&blocked);
    MUST(sigprocmask(SIG_SETMASK, &blocked, NULL));
    signal(SIGPIPE, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGRTMAX, SIG_DFL);
}

static void test_session_and_group(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/cat");
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    struct lxe_spawn_fd input = {ends[0], 0};
    options.fds = &input;
    options.fd_count = 1;
    struct lxe_spawn_result plain = spawn(&options, 0);
    options.flags = LXE_SPAWN_SESSION;
    struct lxe_spawn_result session = spawn(&options, 0);
    options.flags = LXE_SPAWN_PROCESS_GROUP;
    struct lxe_spawn_result group = spawn(&options, 0);
    options.process_group = group.pid;
    struct lxe_spawn_result member = spawn(&options, 0);

    CHECK_EQ(getsid(plain.pid), getsid(0));
    CHECK_EQ(getpgid(plain.pid), getpgrp());
    CHECK_EQ(getsid(session.pid), session.pid);
    CHECK_EQ(getpgid(session.pid), session.pid);
    CHECK_EQ(getsid(group.pid), getsid(0));
    CHECK_EQ(getpgid(group.pid), group.pid);
    CHECK_EQ(getpgid(member.pid), group.pid);

    options.process_group = session.pid; /* of another session */
    expect(options, -EPERM, LXE_SPAWN_STEP_PROCESS_GROUP);
    options.process_group = -5;
    expect(options, -EINVAL, LXE_SPAWN_STEP_PROCESS_GROUP);
    options.process_group = 0; /* the leader of a session can't change its group */
    options.flags = LXE_SPAWN_SESSION | LXE_SPAWN_PROCESS_GROUP;
    expect(options, -EPERM, LXE_SPAWN_STEP_PROCESS_GROUP);

    close(ends[0]);
    close(ends[1]);
    CHECK_EQ(reap(&plain), 0);
    CHECK_EQ(reap(&session), 0);
    CHECK_EQ(reap(&group), 0);
    CHECK_EQ(reap(&member), 0);
}

static void test_options(void)
{
    struct {
        struct lxe_spawn_options options;
        uint64_t unknown;
    } larger = {PROGRAM("/bin/true"), 0};
    larger.options.size = sizeof larger;
    CHECK_EQ(run(&larger.options), 0);
    larger.unknown = 1;
    CHECK_EQ(spawn(&larger.options, -E2BIG).step, LXE_SPAWN_STEP_OPTIONS);

    struct lxe_spawn_options options = PROGRAM("/bin/true");
    options.size = offsetof(struct lxe_spawn_options, working_directory);
    options.working_directory = (const char *)1; /* beyond what is given */
    CHECK_EQ(run(&options), 0);
    options.size = 0;
    expect(options, -EINVAL, LXE_SPAWN_STEP_OPTIONS);

    options = (struct lxe_spawn_options)PROGRAM("/bin/true");
    options.flags = 0x80000000u;
    expect(options, -EINVAL, LXE_SPAWN_STEP_OPTIONS);
    options.flags = 0;
    options.path = NULL;
    expect(options, -EFAULT, LXE_SPAWN_STEP_OPTIONS);
    options.path = "/bin/true";
    options.arguments = NULL;
    expect(options, -EFAULT, LXE_SPAWN_STEP_OPTIONS);
    options.arguments = (const char *const[]){"true", NULL};
    options.fd_count = 1;
    expect(options, -EFAULT, LXE_SPAWN_STEP_OPTIONS);
    struct lxe_spawn_fd fds[] = {{0, 4}, {1, 4}};
    options.fds = fds;
    options.fd_count = 2;
    expect(options, -EINVAL, LXE_SPAWN_STEP_OPTIONS);
    fds[0].target = -1;
    expect(options, -EINVAL, LXE_SPAWN_STEP_OPTIONS);
}

static void test_result(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    struct lxe_spawn_result result = {.size = offsetof(struct lxe_spawn_result, step), .step = 99};
    CHECK_EQ(lxe_spawn_start(&options, &result), 0);
    CHECK_EQ(result.step, 99);
    CHECK_EQ(reap(&result), 0);
    result.size = offsetof(struct lxe_spawn_result, pidfd);
    CHECK_EQ(lxe_spawn_start(&options, &result), -EINVAL);
    CHECK_EQ(lxe_spawn_start(&options, NULL), -EFAULT);
    result.size = sizeof result;
    CHECK_EQ(lxe_spawn_start(NULL, &result), -EFAULT);
    CHECK_EQ(result.pid, -1);
    CHECK_EQ(result.pidfd, -1);
    CHECK_EQ(result.step, LXE_SPAWN_STEP_OPTIONS);
}

static void test_no_room_for_descriptor(void)
{
    int wants_pidfd = has_pidfd("EMFILE for the pidfd");
    struct rlimit limit = {64, 64};
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    while (dup(0) >= 0)
        ;
    CHECK_EQ(errno, EMFILE);
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    for (int i = 0; i < 3; i++) {
        if (wants_pidfd)
            expect(options, -EMFILE, LXE_SPAWN_STEP_CREATE);
        else
            CHECK_EQ(run(&options), 0);
        check_no_child();
    }
    CHECK_EQ(dup(0), -1); /* nothing was given up either */
    close(63);
    CHECK_EQ(run(&options), 0);
}

static void test_no_room_without_clone_pidfd(void)
{
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_CLONE_PIDFD), 0);
    test_no_room_for_descriptor();
}

static void test_no_room_for_process(void)
{
    struct rlimit limit = {1, 1};
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) {
        puts("skipped: RLIMIT_NPROC: there is no other user to become");
        return;
    }
    MUST(setrlimit(RLIMIT_NPROC, &limit));
    expect((struct lxe_spawn_options)PROGRAM("/bin/true"), -EAGAIN, LXE_SPAWN_STEP_CREATE);
    check_no_child();
}

/** A signal that ends the child before execve is its status; only __WALL finds it, as the child never became ordinary. */
static void test_killed_before_exec(void)
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* before Linux 5.16 a core dump takes the parent along */
    filter(SYS_execve, SECCOMP_RET_KILL);
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    struct lxe_spawn_result child = spawn(&options, 0);
    int status;
    CHECK_EQ(waitpid(child.pid, &status, 0), -1);
    CHECK_EQ(errno, ECHILD);
    if (child.pidfd >= 0 && has_pidfd_wait("lxe_pidfd_wait for it")) {
        struct lxe_pidfd_status seen = {.size = sizeof seen};
        CHECK_EQ(lxe_pidfd_wait(child.pidfd, LXE_WAIT_EXITED | LXE_WAIT_NOWAIT, &seen), 1);
        CHECK_EQ(seen.status, SIGSYS);
    }
    status = reap(&child);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGSYS);
}

/** A program that confines itself after it has begun to spawn, as those do that open all they need before. */
static void test_clone3_forbidden_meanwhile(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    CHECK_EQ(run(&options), 0);
    filter(435, SECCOMP_RET_ERRNO | ENOSYS);
    CHECK_EQ(run(&options), 0);
    filter(435, SECCOMP_RET_ERRNO | EPERM);
    CHECK_EQ(run(&options), 0);
    expect((struct lxe_spawn_options)PROGRAM("/nonexistent"), -ENOENT, LXE_SPAWN_STEP_EXEC);
}

int main(void)
{
    skip_without_spawn();
    CHECK(mkdtemp(directory) != NULL);
    RUN_SPAWN(test_status);
    RUN_SPAWN(test_exec_fails);
    RUN_SPAWN(test_working_directory);
    RUN_SPAWN(test_environment);
    RUN_SPAWN(test_signals);
    RUN_SPAWN(test_session_and_group);
    RUN_SPAWN(test_options);
    if (!through_reaper) { /* which gives no pidfd, and may be asked for by nobody whose user has changed */
        RUN(test_pidfd);
        RUN(test_result);
        IN_FORK(test_pidfd_without_clone_pidfd);
        IN_FORK(test_no_room_for_descriptor);
        IN_FORK(test_no_room_without_clone_pidfd);
        IN_FORK(test_no_room_for_process);
        IN_FORK(test_killed_before_exec);
        IN_FORK(test_clone3_forbidden_meanwhile);
    }
    static const char *const names[] = {"forbidden", "garbage", "loop"};
    for (uint32_t i = 0; i < COUNT(names); i++)
        unlink(in_directory(names[i]));
    MUST(rmdir(directory));
    return 0;
}
