/* SPDX-License-Identifier: MIT */
#include "check.h"

#define WORDS 16

static void get(uint64_t *processors)
{
    memset(processors, 0, WORDS * sizeof *processors);
    MUST(syscall(SYS_sched_getaffinity, 0, WORDS * sizeof *processors, processors));
}

static int32_t lowest(const uint64_t *processors)
{
    int32_t processor = 0;
    while ((processors[processor / 64] >> (processor % 64) & 1) == 0)
        processor++;
    return processor;
}

/* Each processor that the thread may run on can be had alone, and then the thread is there. */
static void test_one_processor(void)
{
    uint64_t before[WORDS], one[WORDS], after[WORDS];
    get(before);
    for (int32_t processor = 0; processor < WORDS * 64; processor++) {
        if ((before[processor / 64] >> (processor % 64) & 1) == 0)
            continue;
        memset(one, 0, sizeof one);
        one[processor / 64] = UINT64_C(1) << (processor % 64);
        CHECK_EQ(lxe_thread_set_affinity(one, (uint32_t)processor / 64 + 1), 0);
        get(after);
        CHECK(memcmp(after, one, sizeof one) == 0);
        unsigned int here;
        MUST(syscall(SYS_getcpu, &here, NULL, NULL));
        CHECK_EQ(here, processor);
    }
    CHECK_EQ(lxe_thread_set_affinity(before, WORDS), 0);
    get(after);
    CHECK(memcmp(after, before, sizeof before) == 0);
}

static void test_what_does_not_exist_is_left_out(void)
{
    uint64_t before[WORDS], after[WORDS], wanted[WORDS];
    get(before);
    memset(wanted, 0xff, sizeof wanted);
    CHECK_EQ(lxe_thread_set_affinity(wanted, WORDS), 0);
    get(after);
    CHECK_EQ(lowest(after), lowest(before));
    CHECK_EQ(lxe_thread_set_affinity(before, WORDS), 0);
}

static void *set_other(void *processors)
{
    CHECK_EQ(lxe_thread_set_affinity(processors, 1), 0);
    return NULL;
}

static void test_other_threads_are_left_alone(void)
{
    uint64_t before[WORDS], after[WORDS], one;
    pthread_t thread;
    get(before);
    one = UINT64_C(1) << lowest(before);
    CHECK_EQ(pthread_create(&thread, NULL, set_other, &one), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    get(after);
    CHECK(memcmp(after, before, sizeof before) == 0);
}

static void test_bad_sets(void)
{
    uint64_t none = 0, before[WORDS], after[WORDS], beyond[WORDS * 4] = {0};
    get(before);
    beyond[WORDS * 4 - 1] = UINT64_C(1) << 63;
    CHECK_EQ(lxe_thread_set_affinity(&none, 1), -EINVAL);
    CHECK_EQ(lxe_thread_set_affinity(&none, 0), -EINVAL);
    CHECK_EQ(lxe_thread_set_affinity(beyond, WORDS * 4), -EINVAL);
    CHECK_EQ(lxe_thread_set_affinity(NULL, 1), -EFAULT);
    get(after);
    CHECK(memcmp(after, before, sizeof before) == 0);
}

int main(void)
{
    uint64_t processors[WORDS];
    get(processors);
    if (lowest(processors) > 63)
        skip_program("none of the first 64 processors may be used here");
    RUN(test_one_processor);
    RUN(test_what_does_not_exist_is_left_out);
    RUN(test_other_threads_are_left_alone);
    RUN(test_bad_sets);
    return 0;
}
