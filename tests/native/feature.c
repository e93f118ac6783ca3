/* SPDX-License-Identifier: MIT */
/* The table of features, and what looking for them leaves alone. Switched off: feature_disable.c; shortages: feature_shortage.c; sandboxes: feature_sandbox.c */
#include "feature_check.h"

#include <stddef.h>

static int check_table(void *unused)
{
    static const char *const names[] = {
        "epoll_pwait2", "close_range",  "clone_pidfd", "pidfd_open",  "pidfd_nonblock",  "pidfd_thread",
        "pidfd_signal", "pidfd_wait",   "pidfd_getfd", "pidfd_info",  "pidfd_exit_info",
        "pidfd_signal_group", "epoll_params", "clone_clear_sighand",
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
    RUN(test_probes_are_silent);
    RUN(test_with_sigchld_ignored);
    return 0;
}
