/* SPDX-License-Identifier: MIT */
/*
 * What a feature's state is remembered for the life of a process, so each test runs in a child of its own and this process
 * never asks. Sandboxes are in feature_sandbox.c.
 */
#include "pidfd_check.h"

#include <stddef.h>
#include <sys/resource.h>

static struct lxe_feature_info info;

static int32_t query(uint32_t feature)
{
    memset(&info, 0xee, sizeof info);
    info.size = sizeof info;
    return lxe_feature_query(feature, &info);
}

static void in_child(int (*function)(void *), void *argument)
{
    CHECK_EQ(reap_child(start_child(function, argument)), 0);
}

static int check_table(void *unused)
{
    static const char *const names[] = {
        "epoll_pwait2", "close_range",  "clone_pidfd", "pidfd_open",  "pidfd_nonblock",  "pidfd_thread",
        "pidfd_signal", "pidfd_wait",   "pidfd_getfd", "pidfd_info",  "pidfd_exit_info",
        "pidfd_signal_group", "epoll_params",
    };
    (void)unused;
    CHECK_EQ(sizeof names / sizeof *names, LXE_FEATURE_COUNT);
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        int32_t present = query(feature);
        CHECK(present == 0 || present == 1);
        CHECK_EQ(info.size, sizeof info);
        CHECK_EQ(info.state, present ? LXE_FEATURE_PRESENT : LXE_FEATURE_MISSING);
        CHECK_EQ(info.error == 0, present);
        CHECK_EQ(strcmp(info.name, names[feature]), 0);
        CHECK(info.kernel >= (5 << 16 | 1));
        CHECK_EQ(query(feature), present);
    }
    CHECK_EQ(query(LXE_FEATURE_COUNT), -EINVAL);
    CHECK_EQ(query(UINT32_MAX), -EINVAL);
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_COUNT), -EINVAL);
    return 0;
}

static void test_the_table(void)
{
    in_child(check_table, NULL);
}

static int check_sizes(void *unused)
{
    struct {
        struct lxe_feature_info known;
        uint64_t later;
    } larger = {.known.size = sizeof larger};
    (void)unused;
    CHECK_EQ(lxe_feature_query(0, NULL), -EFAULT);
    CHECK(lxe_feature_query(0, &larger.known) >= 0);
    larger.later = 1;
    CHECK_EQ(lxe_feature_query(0, &larger.known), -E2BIG);
    larger.known.size = 0;
    CHECK_EQ(lxe_feature_query(0, &larger.known), -EINVAL);
    memset(&info, 0xee, sizeof info);
    info.size = offsetof(struct lxe_feature_info, error);
    CHECK(lxe_feature_query(0, &info) >= 0);
    CHECK(info.state <= LXE_FEATURE_PRESENT);
    CHECK_EQ((uint32_t)info.error, 0xeeeeeeeeu);
    return 0;
}

static void test_sizes(void)
{
    in_child(check_sizes, NULL);
}

/* A feature that is switched off gives what a kernel without it gives. */
static int check_disabled(void *unused)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    struct lxe_pidfd_info pidfd_info = {.size = sizeof pidfd_info};
    (void)unused;
    int self = lxe_pidfd_open(getpid(), 0);
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        if (feature == LXE_FEATURE_PIDFD_OPEN)
            continue; /* last: the others build on it */
        CHECK_EQ(lxe_feature_disable(feature), 0);
        CHECK_EQ(query(feature), 0);
        CHECK_EQ(info.state, LXE_FEATURE_DISABLED);
        CHECK_EQ(info.error, 0);
    }
    if (self >= 0) {
        CHECK_EQ(lxe_pidfd_open(getpid(), LXE_NONBLOCK), -EINVAL);
        CHECK_EQ(lxe_pidfd_open(getpid(), LXE_PIDFD_THREAD), -EINVAL);
    }
    CHECK_EQ(lxe_pidfd_signal(self, 0, 0), -ENOSYS);
    CHECK_EQ(lxe_pidfd_getfd(self, 0, 0), -ENOSYS);
    CHECK_EQ(lxe_pidfd_wait(self, LXE_WAIT_EXITED, &status), -EINVAL);
    CHECK_EQ(lxe_pidfd_info(self, &pidfd_info), -ENOTTY);
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_PIDFD_OPEN), 0);
    CHECK_EQ(lxe_pidfd_open(getpid(), 0), -ENOSYS);
    return 0;
}

static void test_disabled_features_are_gone(void)
{
    in_child(check_disabled, NULL);
}

static int check_what_goes_too(void *unused)
{
    (void)unused;
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_PIDFD_OPEN), 0);
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_PIDFD_INFO), 0);
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        CHECK(query(feature) >= 0);
        CHECK_EQ(info.state == LXE_FEATURE_DISABLED,
                 feature == LXE_FEATURE_PIDFD_OPEN || feature == LXE_FEATURE_PIDFD_NONBLOCK || feature == LXE_FEATURE_PIDFD_THREAD ||
                     feature == LXE_FEATURE_PIDFD_INFO || feature == LXE_FEATURE_PIDFD_EXIT_INFO);
    }
    return 0;
}

static void test_what_rests_on_a_disabled_feature_goes_too(void)
{
    in_child(check_what_goes_too, NULL);
}

static int check_exit_info_disabled(void *unused)
{
    struct lxe_pidfd_info pidfd_info = {.size = sizeof pidfd_info};
    (void)unused;
    if (!has(LXE_FEATURE_PIDFD_EXIT_INFO, "test_exit_info_disabled"))
        return 0;
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_PIDFD_EXIT_INFO), 0);
    int32_t pidfd;
    reap_child(start_with_pidfd(leave, NULL, &pidfd));
    CHECK_EQ(lxe_pidfd_info(pidfd, &pidfd_info), -ESRCH);
    return 0;
}

static void test_exit_info_disabled(void)
{
    in_child(check_exit_info_disabled, NULL);
}

static int check_environment(void *unused)
{
    (void)unused;
    MUST(setenv("LINUXEVENTS_DISABLE", ",epoll_pwait2,,unknown,pidfd,pidfd_openx,clone_pidfd", 1));
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        CHECK(query(feature) >= 0);
        CHECK_EQ(info.state == LXE_FEATURE_DISABLED, feature == LXE_FEATURE_EPOLL_PWAIT2 || feature == LXE_FEATURE_CLONE_PIDFD);
    }
    MUST(setenv("LINUXEVENTS_DISABLE", "close_range", 1)); /* read once */
    CHECK(query(LXE_FEATURE_CLOSE_RANGE) >= 0);
    CHECK(info.state != LXE_FEATURE_DISABLED);
    return 0;
}

static void test_the_environment_variable(void)
{
    in_child(check_environment, NULL);
}

/* The first use of a feature heeds the variable too, not only a query. */
static int check_environment_at_first_use(void *unused)
{
    (void)unused;
    MUST(setenv("LINUXEVENTS_DISABLE", "pidfd_open", 1));
    CHECK_EQ(lxe_pidfd_open(getpid(), 0), -ENOSYS);
    return 0;
}

static void test_the_environment_variable_at_first_use(void)
{
    in_child(check_environment_at_first_use, NULL);
}

static int check_shortage(void *unused)
{
    static const uint32_t need_a_descriptor[] = {
        LXE_FEATURE_CLONE_PIDFD,  LXE_FEATURE_PIDFD_OPEN, LXE_FEATURE_PIDFD_NONBLOCK,
        LXE_FEATURE_PIDFD_THREAD, LXE_FEATURE_PIDFD_INFO, LXE_FEATURE_PIDFD_EXIT_INFO,
        LXE_FEATURE_EPOLL_PARAMS,
    };
    struct rlimit limit, none;
    (void)unused;
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    for (size_t i = 0; i < sizeof need_a_descriptor / sizeof *need_a_descriptor; i++) {
        MUST(setrlimit(RLIMIT_NOFILE, &none));
        int32_t without = query(need_a_descriptor[i]);
        MUST(setrlimit(RLIMIT_NOFILE, &limit));
        int32_t with = query(need_a_descriptor[i]);
        if (with == 1 || without != 0) /* what is missing may say so before it needs a descriptor */
            CHECK_EQ(without, -EMFILE);
    }
    return 0;
}

static void test_a_shortage_of_descriptors_is_not_remembered(void)
{
    in_child(check_shortage, NULL);
}

static int check_process_shortage(void *unused)
{
    struct rlimit limit, none;
    (void)unused;
    MUST(setuid(65534));
    MUST(getrlimit(RLIMIT_NPROC, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    MUST(setrlimit(RLIMIT_NPROC, &none));
    CHECK_EQ(query(LXE_FEATURE_CLONE_PIDFD), -EAGAIN);
    MUST(setrlimit(RLIMIT_NPROC, &limit));
    CHECK(query(LXE_FEATURE_CLONE_PIDFD) >= 0);
    return 0;
}

static void test_a_shortage_of_processes_is_not_remembered(void)
{
    if (geteuid() != 0)
        printf("  skipped: test_a_shortage_of_processes_is_not_remembered, needs root to become somebody with limits\n");
    else
        in_child(check_process_shortage, NULL);
}

static pthread_barrier_t together;

static void *query_once(void *unused)
{
    struct lxe_feature_info own = {.size = sizeof own};
    (void)unused;
    pthread_barrier_wait(&together);
    CHECK(lxe_feature_query(LXE_FEATURE_CLONE_PIDFD, &own) >= 0);
    return NULL;
}

/* Several probe while one switches off: whoever publishes last must not bring the feature back. */
static int check_race(void *unused)
{
    pthread_t threads[2];
    (void)unused;
    CHECK_EQ(pthread_barrier_init(&together, NULL, 3), 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, query_once, NULL), 0);
    pthread_barrier_wait(&together);
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_CLONE_PIDFD), 0);
    CHECK_EQ(query(LXE_FEATURE_CLONE_PIDFD), 0);
    CHECK_EQ(info.state, LXE_FEATURE_DISABLED);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(query(LXE_FEATURE_CLONE_PIDFD), 0);
    CHECK_EQ(info.state, LXE_FEATURE_DISABLED);
    return 0;
}

static void test_disabling_races_with_probing(void)
{
    for (int round = 0; round < 300; round++)
        in_child(check_race, NULL);
}

static _Atomic int children_ended;

static void count_ended_child(int signal)
{
    (void)signal;
    children_ended++;
}

/* Some probes start a process. It raises no SIGCHLD and is reaped by its number: RUN counts what is left. */
static int check_silence(void *unused)
{
    struct sigaction action = {.sa_handler = count_ended_child};
    (void)unused;
    MUST(sigaction(SIGCHLD, &action, NULL));
    check_table(NULL);
    CHECK_EQ(children_ended, 0);
    CHECK_EQ(count_children() > 0, 0);
    return 0;
}

static void test_probes_are_silent(void)
{
    in_child(check_silence, NULL);
}

static int count_present(void *sigchld)
{
    int count = 0;
    signal(SIGCHLD, sigchld == NULL ? SIG_DFL : SIG_IGN);
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        int32_t present = query(feature);
        CHECK(present >= 0);
        count += present;
    }
    return count;
}

/* An ignored SIGCHLD makes the kernel reap children at once, but not those of the probes. */
static void test_with_sigchld_ignored(void)
{
    int plainly = reap_child(start_child(count_present, NULL));
    CHECK(WIFEXITED(plainly));
    CHECK_EQ(reap_child(start_child(count_present, &info)), plainly);
}

int main(void)
{
    MUST(unsetenv("LINUXEVENTS_DISABLE"));
    RUN(test_the_table);
    RUN(test_sizes);
    RUN(test_disabled_features_are_gone);
    RUN(test_what_rests_on_a_disabled_feature_goes_too);
    RUN(test_exit_info_disabled);
    RUN(test_the_environment_variable);
    RUN(test_the_environment_variable_at_first_use);
    RUN(test_a_shortage_of_descriptors_is_not_remembered);
    RUN(test_a_shortage_of_processes_is_not_remembered);
    RUN(test_disabling_races_with_probing);
    RUN(test_probes_are_silent);
    RUN(test_with_sigchld_ignored);
    return 0;
}
