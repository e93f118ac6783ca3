/* SPDX-License-Identifier: MIT */
/*
 * Features under a seccomp filter that refuses what is newer than Linux 5.0, by an errno or by killing. Each sandbox holds
 * a child, since there is no way out of one.
 */
#include "check.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* What old headers lack. */
#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#endif
enum { P_PIDFD_ = 3, CLONE_PIDFD_ = 0x1000 };
#define GET_INFO 0xc040ff0bu
#define EPIOCGPARAMS_ 0x80088a02u

#define NUMBER offsetof(struct seccomp_data, nr)
#define ARGUMENT(i) (offsetof(struct seccomp_data, args) + 8 * (i)) /* the low half */
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define SKIP_UNLESS_ANY(bits, count) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, (count))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))

static void confine(uint32_t action)
{
    struct sock_filter filter[] = {
        LOAD(NUMBER), SKIP_UNLESS(441, 1), RETURN(action), /* epoll_pwait2 */
        SKIP_UNLESS(435, 1), RETURN(action),               /* clone3 */
        SKIP_UNLESS(436, 1), RETURN(action),               /* close_range */
        SKIP_UNLESS(434, 1), RETURN(action),               /* pidfd_open */
        SKIP_UNLESS(424, 1), RETURN(action),               /* pidfd_send_signal */
        SKIP_UNLESS(438, 1), RETURN(action),               /* pidfd_getfd */
        SKIP_UNLESS(SYS_waitid, 3), LOAD(ARGUMENT(0)), SKIP_UNLESS(P_PIDFD_, 1), RETURN(action),
        LOAD(NUMBER), SKIP_UNLESS(SYS_ioctl, 5), LOAD(ARGUMENT(1)), SKIP_UNLESS(GET_INFO, 1), RETURN(action),
        SKIP_UNLESS(EPIOCGPARAMS_, 1), RETURN(action),
        LOAD(NUMBER), SKIP_UNLESS(SYS_clone, 3), LOAD(ARGUMENT(0)), SKIP_UNLESS_ANY(CLONE_PIDFD_, 1), RETURN(action),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

struct sandbox {
    uint32_t action;
    int error; /* what the library makes of it */
    const char *name;
};

static const struct sandbox sandboxes[] = {
    {SECCOMP_RET_ERRNO | ENOSYS, ENOSYS, "ENOSYS"},
    {SECCOMP_RET_ERRNO | EPERM, EPERM, "EPERM"},
    {SECCOMP_RET_ERRNO | EACCES, EACCES, "EACCES"},
    {SECCOMP_RET_ERRNO | EOPNOTSUPP, EOPNOTSUPP, "EOPNOTSUPP"},
    {SECCOMP_RET_ERRNO | EINVAL, EINVAL, "EINVAL"},
    {SECCOMP_RET_TRAP, EPERM, "a trap"},
    {SECCOMP_RET_KILL, EPERM, "death of the thread"},
    {SECCOMP_RET_KILL_PROCESS, EPERM, "death of the process"},
};

static _Atomic int children_ended;

static void count_ended_child(int signal)
{
    (void)signal;
    children_ended++;
}

/* Where the kernel calls itself old, probes run in a copy of the process: see probe.c. */
static int pretend_old;

static int live_in(void *argument)
{
    const struct sandbox *sandbox = argument;
    struct rlimit no_core = {0};
    struct lxe_epoll_event event;
    struct sigaction action = {.sa_handler = count_ended_child};
    sigset_t mask, former;
    MUST(setrlimit(RLIMIT_CORE, &no_core));
    if (pretend_old)
        MUST(personality(UNAME26));
    MUST(sigaction(SIGCHLD, &action, NULL));
    CHECK_EQ(pthread_sigmask(SIG_SETMASK, NULL, &former), 0);
    int set = lxe_epoll_create(0), descriptors = count_descriptors();
    CHECK(set >= 0);
    confine(sandbox->action);

    /* Used without asking first. */
    int64_t deadline = now() + 1000000;
    CHECK_EQ(lxe_epoll_wait(set, &event, 1, deadline, NULL), 0);
    CHECK(now() >= deadline);
    CHECK_EQ(lxe_pidfd_open(getpid(), 0), -sandbox->error);
    CHECK_EQ(lxe_pidfd_open(getpid(), LXE_NONBLOCK), -sandbox->error);
    CHECK_EQ(lxe_pidfd_signal(set, 0, 0), -sandbox->error);
    CHECK_EQ(lxe_pidfd_getfd(set, 0, 0), -sandbox->error);
    CHECK_EQ(lxe_pidfd_signal(set, 0, 0), -sandbox->error);

    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        struct lxe_feature_info info = {.size = sizeof info};
        CHECK_EQ(lxe_feature_query(feature, &info), 0);
        CHECK_EQ(info.state, LXE_FEATURE_MISSING);
        const int has_no_clone3 = feature == LXE_FEATURE_CLONE_CLEAR_SIGHAND && sizeof(void *) == 4;
        CHECK_EQ(info.error, has_no_clone3 ? ENOSYS : sandbox->error);
    }
    CHECK_EQ(children_ended, 0);
    CHECK_EQ(count_children() > 0, 0);
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK_EQ(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    CHECK_EQ(memcmp(&mask, &former, 8), 0);
    CHECK_EQ(lxe_fd_close_take(set), 0);
    return 0;
}

static void test_refusals(void)
{
    for (pretend_old = 0; pretend_old < 2; pretend_old++) {
        for (size_t i = 0; i < sizeof sandboxes / sizeof *sandboxes; i++) {
            printf("  refusal by %s%s\n", sandboxes[i].name, pretend_old ? ", probing in a copy" : "");
            CHECK_EQ(reap_child(start_child(live_in, (void *)&sandboxes[i])), 0);
        }
    }
}

/* A filter that refuses nothing hides nothing, though probes run in a child now. */
static int count_present(void *confined)
{
    int count = 0;
    if (confined != NULL)
        confine(SECCOMP_RET_ALLOW);
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        struct lxe_feature_info info = {.size = sizeof info};
        int32_t present = lxe_feature_query(feature, &info);
        CHECK(present >= 0);
        count += present;
    }
    return count;
}

static void test_a_harmless_filter(void)
{
    int plainly = reap_child(start_child(count_present, NULL));
    CHECK(WIFEXITED(plainly));
    CHECK_EQ(reap_child(start_child(count_present, &children_ended)), plainly);
}

static void *count_present_confined(void *unused)
{
    volatile char used[7000]; /* about half of it */
    (void)unused;
    used[0] = 0;
    return (void *)(intptr_t)(count_present(&children_ended) + used[0]);
}

static int count_present_on_small_stack(void *unused)
{
    (void)unused;
    return (int)(intptr_t)on_small_stack(count_present_confined, NULL);
}

static void test_a_small_stack(void)
{
    int plainly = reap_child(start_child(count_present, NULL));
    CHECK_EQ(reap_child(start_child(count_present_on_small_stack, NULL)), plainly);
}

/* Neither descriptors nor processes to be had: nothing is remembered, and calls go to the kernel. */
static int starve(void *unused)
{
    struct lxe_feature_info info = {.size = sizeof info};
    struct rlimit limit, none;
    (void)unused;
    int present = WEXITSTATUS(reap_child(start_child(count_present, NULL)));
    confine(SECCOMP_RET_ALLOW);
    MUST(setuid(65534));
    MUST(getrlimit(RLIMIT_NPROC, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    MUST(setrlimit(RLIMIT_NPROC, &none));
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++)
        CHECK_EQ(lxe_feature_query(feature, &info), -EAGAIN);
    CHECK_EQ(lxe_pidfd_signal(INT32_MAX, 0, 0), syscall(424, INT32_MAX, 0, NULL, 0) < 0 ? -errno : 0);
    MUST(setrlimit(RLIMIT_NPROC, &limit));
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    MUST(setrlimit(RLIMIT_NOFILE, &none));
    int32_t result = lxe_feature_query(LXE_FEATURE_CLONE_PIDFD, &info);
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    if (result != 0)
        CHECK_EQ(result, -EMFILE);
    CHECK_EQ(count_present(NULL), present);
    return 0;
}

static void test_shortages_under_a_filter(void)
{
    if (geteuid() != 0)
        printf("  skipped: test_shortages_under_a_filter, needs root to become somebody with limits\n");
    else
        CHECK_EQ(reap_child(start_child(starve, NULL)), 0);
}

int main(void)
{
    MUST(unsetenv("LINUXEVENTS_DISABLE"));
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
        skip_program("no seccomp filters here");
    RUN(test_refusals);
    RUN(test_a_harmless_filter);
    RUN(test_a_small_stack);
    RUN(test_shortages_under_a_filter);
    return 0;
}
