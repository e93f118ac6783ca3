/* SPDX-License-Identifier: MIT */
/* Features that are switched off, by a call or by the environment. */
#include "feature_check.h"
#include "pidfd_check.h"

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

int main(void)
{
    MUST(unsetenv("LINUXEVENTS_DISABLE"));
    RUN(test_disabled_features_are_gone);
    RUN(test_what_rests_on_a_disabled_feature_goes_too);
    RUN(test_exit_info_disabled);
    RUN(test_the_environment_variable);
    RUN(test_the_environment_variable_at_first_use);
    RUN(test_disabling_races_with_probing);
    return 0;
}
