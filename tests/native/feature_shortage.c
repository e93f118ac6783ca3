/* SPDX-License-Identifier: MIT */
/* A shortage while a feature is looked for says nothing about the feature. */
#include "feature_check.h"

#include <sys/resource.h>

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

int main(void)
{
    MUST(unsetenv("LINUXEVENTS_DISABLE"));
    RUN(test_a_shortage_of_descriptors_is_not_remembered);
    RUN(test_a_shortage_of_processes_is_not_remembered);
    return 0;
}
