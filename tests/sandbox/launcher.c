/* SPDX-License-Identifier: MIT */
/*
 * The launcher's own test. usage: test-launcher LXE-SANDBOX
 *
 * It starts itself inside, with the name of what to do there. Everything is tried with a tracer and without, since both
 * must look the same to the command.
 */
#include "check.h"

#include <fcntl.h>

static const char *launcher, *self;

static const char *const plainly[] = {"--deny", "close_range", NULL}, *const traced[] = {"--kernel", "4.18", NULL};
static const char *const *const ways[] = {plainly, traced};

/* Starts a command inside. Its output comes by the pipe, and its end of file when nobody inside has it any longer. */
static int start(const char *const *options, const char *command, const char *argument, int *output)
{
    const char *arguments[16] = {launcher};
    int count = 1, ends[2];
    while (*options != NULL)
        arguments[count++] = *options++;
    arguments[count++] = "--";
    arguments[count++] = command;
    arguments[count++] = argument;
    MUST(pipe2(ends, O_CLOEXEC));
    fflush(NULL);
    int pid = MUST(fork());
    if (pid == 0) {
        MUST(dup2(ends[1], 1));
        execv(launcher, (char **)arguments);
        _exit(99);
    }
    MUST(close(ends[1]));
    *output = ends[0];
    return pid;
}

/* Return: the wait status. */
static int run(const char *const *options, const char *command, const char *argument)
{
    int output;
    int pid = start(options, command, argument, &output);
    MUST(close(output));
    return reap_child(pid);
}

/* Kernel by kernel: the library finds a feature exactly where its own table says that it began. */
static int count_features(void)
{
    unsigned present = 0;
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        struct lxe_feature_info info = {.size = sizeof info};
        CHECK(lxe_feature_query(feature, &info) >= 0);
        present |= (unsigned)(info.state == LXE_FEATURE_PRESENT) << feature;
    }
    return MUST(write(1, &present, sizeof present)) == sizeof present ? 0 : 1;
}

static unsigned features_inside(const char *const *options)
{
    int output;
    unsigned present;
    int pid = start(options, self, "features", &output);
    CHECK_EQ(read(output, &present, sizeof present), sizeof present);
    MUST(close(output));
    CHECK_EQ(reap_child(pid), 0);
    return present;
}

static void test_each_kernel_has_what_it_had(void)
{
    unsigned here = features_inside((const char *const[]){"--kernel", "99.0", NULL});
    for (uint32_t feature = 0; feature <= LXE_FEATURE_COUNT; feature++) {
        struct lxe_feature_info info = {.size = sizeof info, .kernel = 3 << 16 | 10};
        if (feature < LXE_FEATURE_COUNT)
            CHECK(lxe_feature_query(feature, &info) >= 0);
        char version[24];
        snprintf(version, sizeof version, "%u.%u", info.kernel >> 16, info.kernel & 0xffff);
        unsigned expected = 0;
        for (uint32_t other = 0; other < LXE_FEATURE_COUNT; other++) {
            struct lxe_feature_info its = {.size = sizeof its};
            CHECK(lxe_feature_query(other, &its) >= 0);
            expected |= (unsigned)(its.kernel <= info.kernel) << other;
        }
        printf("  %s\n", version);
        CHECK_EQ(features_inside((const char *const[]){"--kernel", version, NULL}), expected & here);
    }
}

static void test_features_are_denied_by_name(void)
{
    unsigned here = features_inside((const char *const[]){"--kernel", "99.0", NULL});
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        struct lxe_feature_info info = {.size = sizeof info};
        CHECK(lxe_feature_query(feature, &info) >= 0);
        static const char *const errors[] = {"ENOSYS", "EPERM", "EOPNOTSUPP", "KILL"};
        for (int i = 0; i < 4; i++)
            CHECK_EQ(features_inside((const char *const[]){"--deny", info.name, "--errno", errors[i], NULL}) & here & 1u << feature, 0);
        CHECK_EQ(features_inside((const char *const[]){"--deny", info.name, NULL}) & 1u << feature, 0);
    }
}

static int expect_error(const char *text)
{
    errno = 0;
    syscall(SYS_getppid);
    return errno == atoi(text) ? 0 : 1;
}

static void test_system_calls_are_denied_by_name(void)
{
    char number[16];
    snprintf(number, sizeof number, "%d", ENOSYS);
    CHECK_EQ(run((const char *const[]){"--deny", "getppid", NULL}, self, number), 0);
    snprintf(number, sizeof number, "%d", EPERM);
    CHECK_EQ(run((const char *const[]){"--deny", "close_range,getppid", "--errno", "EPERM", NULL}, self, number), 0);
    int status = run((const char *const[]){"--deny", "getppid", "--errno", "KILL", NULL}, self, number);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGSYS);
}

static void test_it_ends_as_the_command_does(void)
{
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(run(ways[i], "true", NULL), 0);
        CHECK_EQ(run(ways[i], self, "exit"), 42 << 8);
        CHECK_EQ(run(ways[i], self, "die"), SIGTERM);
        CHECK_EQ(run(ways[i], "/nonexistent", NULL), 127 << 8);
        CHECK_EQ(run(ways[i], "/tmp", NULL), 126 << 8);
    }
}

static void test_bad_input(void)
{
    static const char *const bad[][5] = {
        {"--kernel", "five"}, {"--kernel", "5"},     {"--kernel", "5.3x"},          {"--deny", "nonsense"},
        {"--deny", "pidfd"},  {"--deny", ",,"},      {"--errno", "EWHATEVER"},      {"--nonsense"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQ(run(bad[i], "true", NULL), 125 << 8);
    CHECK_EQ(run(plainly, NULL, NULL), 125 << 8);
}

/* Inside: what a parent sees of its child. */
static void *exec_elsewhere(void *unused)
{
    execl("/bin/sh", "sh", "-c", "exit 7", NULL);
    return unused;
}

static int live_and_die(void *how)
{
    pthread_t thread;
    if (how != NULL) {
        CHECK_EQ(pthread_create(&thread, NULL, exec_elsewhere, NULL), 0);
    } else {
        raise(SIGSTOP);
    }
    return pause();
}

static int see_children(void)
{
    siginfo_t info;
    int pid = start_child(live_and_die, NULL);
    MUST(waitid(P_PID, (id_t)pid, &info, WSTOPPED));
    CHECK_EQ(info.si_code, CLD_STOPPED);
    CHECK_EQ(info.si_status, SIGSTOP);
    CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG), 0);
    MUST(kill(pid, SIGCONT));
    MUST(waitid(P_PID, (id_t)pid, &info, WCONTINUED));
    CHECK_EQ(info.si_code, CLD_CONTINUED);
    MUST(kill(pid, SIGTERM));
    CHECK_EQ(reap_child(pid), SIGTERM);
    CHECK_EQ(reap_child(start_child(live_and_die, &info)), 7 << 8);
    pid = vfork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", "kill -KILL $$", NULL);
        _exit(1);
    }
    CHECK_EQ(reap_child(pid), SIGKILL);
    return 0;
}

static void test_children_are_what_they_are_without(void)
{
    for (int i = 0; i < 2; i++)
        CHECK_EQ(run(ways[i], self, "children"), 0);
}

/* Inside: says that it is ready, and waits for a signal. */
static int await_signal(void)
{
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    CHECK_EQ(write(1, "r", 1), 1);
    CHECK_EQ(sigwait(&set, &number), 0);
    return 5;
}

static void test_signals_reach_the_command(void)
{
    for (int i = 0; i < 2; i++) {
        int output;
        char byte;
        int pid = start(ways[i], self, "await", &output);
        CHECK_EQ(read(output, &byte, 1), 1);
        CHECK(pid > 0);
        MUST(kill(pid, SIGUSR1));
        CHECK_EQ(reap_child(pid), 5 << 8);
        MUST(close(output));
    }
}

static void test_nobody_stays_inside_when_the_launcher_is_killed(void)
{
    int output;
    char byte;
    int pid = start(traced, self, "await", &output);
    CHECK_EQ(read(output, &byte, 1), 1);
    CHECK(pid > 0);
    MUST(kill(pid, SIGKILL));
    CHECK_EQ(reap_child(pid), SIGKILL);
    CHECK_EQ(read(output, &byte, 1), 0);
    MUST(close(output));
}

static int act(const char *what)
{
    if (strcmp(what, "features") == 0)
        return count_features();
    if (strcmp(what, "children") == 0)
        return see_children();
    if (strcmp(what, "await") == 0)
        return await_signal();
    if (strcmp(what, "exit") == 0)
        return 42;
    if (strcmp(what, "die") == 0)
        return raise(SIGTERM);
    return expect_error(what);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    if (strchr(argv[1], '/') == NULL)
        return act(argv[1]);
    self = argv[0];
    launcher = argv[1];
    MUST(unsetenv("LINUXEVENTS_DISABLE"));
    RUN(test_each_kernel_has_what_it_had);
    RUN(test_features_are_denied_by_name);
    RUN(test_system_calls_are_denied_by_name);
    RUN(test_it_ends_as_the_command_does);
    RUN(test_bad_input);
    RUN(test_children_are_what_they_are_without);
    RUN(test_signals_reach_the_command);
    RUN(test_nobody_stays_inside_when_the_launcher_is_killed);
    return 0;
}
