/* SPDX-License-Identifier: MIT */
/*
 * The reaper's slots between the helper, which is a thread here and has no processes, and those who wait for children and
 * release them: while they live, while they end, and afterwards.
 */
#include "threads.h"

#include "reaper.h"

#define PARENTS 3
#define CHILDREN 400 /* of each parent */
#define ALIVE 16

/** Where the helper leaves a newborn child's handle for each parent, and what the parent thinks of it. */
static _Atomic uint64_t born[PARENTS];
static _Atomic uint32_t waits, stops;

/** Publishes what happened to the child with that number. */
static void publish(int32_t pid, int32_t code, int32_t value)
{
    const struct lxe_pidfd_status status = {.pid = pid, .code = code, .status = value};
    CHECK_EQ(lxe__slot_publish(&status, code == LXE_CHILD_EXITED), 1);
}

/** The helper: keeps up to ALIVE children at once, the oldest of which ends. */
static void *help(void *unused)
{
    int32_t next = 1000, oldest = 1000;
    while (working > 0) {
        int idle = 1;
        for (int i = 0; i < PARENTS; i++) {
            if (born[i] != 0)
                continue;
            uint64_t child = lxe__slot_take();
            CHECK(child != 0);
            if (next % 7 == 0) { /* one that was never born */
                lxe__slot_cancel(child);
                child = lxe__slot_take();
            }
            lxe__slot_born(child, next++);
            born[i] = child;
            idle = 0;
        }
        if (next > oldest && next % 3 == 0)
            publish(oldest, LXE_CHILD_STOPPED, SIGSTOP);
        for (; next - oldest > ALIVE || (idle && oldest < next); oldest++)
            publish(oldest, LXE_CHILD_EXITED, oldest % 256);
    }
    for (; oldest < next; oldest++)
        publish(oldest, LXE_CHILD_EXITED, oldest % 256);
    return unused;
}

/** Waits for the end of a child, and hears of a stop before it at most. */
static void await(uint64_t child)
{
    int32_t pid = lxe__slot_pid(child);
    for (;;) {
        struct lxe_pidfd_status status = {.size = sizeof status};
        CHECK_EQ(lxe_reaper_wait(child, LXE_WAIT_EXITED | LXE_WAIT_STOPPED, LXE_NO_DEADLINE, &status), 1);
        if (pid > 0)
            CHECK_EQ(status.pid, pid);
        if (status.code == LXE_CHILD_EXITED) {
            CHECK_EQ(status.status, status.pid % 256);
            break;
        }
        CHECK_EQ(status.status, SIGSTOP);
        stops++;
    }
    waits++;
}

static void *be_parent(void *index)
{
    for (int i = 0; i < CHILDREN; i++) {
        uint64_t child;
        while ((child = atomic_exchange(&born[*(int *)index], 0)) == 0)
            sched_yield();
        if (i % 3 != 0)
            await(child);
        CHECK_EQ(lxe_reaper_release(child), 0);
        CHECK_EQ(lxe_reaper_release(child), -EBADF);
        CHECK_EQ(lxe__slot_pid(child), -EBADF);
    }
    working--;
    return NULL;
}

static void test_children_beside_parents(void)
{
    CHECK_EQ(lxe__slots_map(), 0);
    lxe__reaper.owner = getpid();
    run_beside((void *(*const[])(void *)){be_parent, be_parent, be_parent, help}, PARENTS, 4);
    for (int i = 0; i < PARENTS; i++)
        if (born[i] != 0)
            CHECK_EQ(lxe_reaper_release(born[i]), 0);
    printf("  %u waits and %u stops of %d children\n", waits, stops, PARENTS * CHILDREN);

    /* All slots are free again: as many as there are can be taken, and not one more. */
    uint64_t children = 0;
    while (lxe__slot_take() != 0)
        children++;
    CHECK_EQ(children, LXE_REAPER_MAX_CHILDREN);
}

int main(void)
{
    make_first_thread();
    RUN(test_children_beside_parents);
    return 0;
}
