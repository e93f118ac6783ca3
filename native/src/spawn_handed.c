/* SPDX-License-Identifier: MIT */
/* What a child has from its parent, and from the thread that asked for it where that is another process. */
#include "spawn.h"

#include <signal.h>
#include <sys/resource.h>

_Static_assert(sizeof((struct lxe__handed *)0)->limits / sizeof *((struct lxe__handed *)0)->limits == RLIM_NLIMITS, "all of them");

/** The raw getpriority(2) gives 20 - nice. */
static int32_t read_nice(void)
{
    return 20 - lxe__syscall(SYS_getpriority, PRIO_PROCESS, 0);
}

/** Return: how many bytes, or a negative errno. */
static int32_t read_affinity(void *mask, size_t size)
{
    return lxe__syscall(SYS_sched_getaffinity, 0, size, mask);
}

static uint64_t read_ignored(uint64_t signals)
{
    uint64_t ignored = 0;
    for (int signal = 1; signal <= 64; signal++) {
        const uint64_t bit = UINT64_C(1) << (signal - 1);
        struct lxe__action action;
        if ((signals & bit) != 0 && lxe__action_change(signal, NULL, &action) == 0 && action.handler == (uintptr_t)SIG_IGN)
            ignored |= bit;
    }
    return ignored;
}

void lxe__handed_read(struct lxe__handed *handed, uint64_t keep_ignored)
{
    handed->ignored = read_ignored(keep_ignored);
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        handed->limits[i].soft = UINT64_MAX; /* not known, while the hard one is lower */
        handed->limits[i].hard = 0;
        lxe__syscall(SYS_prlimit64, 0, i, NULL, &handed->limits[i]);
    }
    handed->nice = read_nice();
    handed->affinity_size = read_affinity(handed->affinity, sizeof handed->affinity);
}

int32_t lxe__handed_apply(const struct lxe__handed *handed, uint32_t *step)
{
    *step = LXE_SPAWN_STEP_LIMIT;
    for (int i = 0; i < RLIM_NLIMITS; i++) { /* nothing that is right is set: a sandbox may forbid it */
        struct {
            uint64_t soft, hard;
        } own;
        if (handed->limits[i].soft > handed->limits[i].hard || lxe__syscall(SYS_prlimit64, 0, i, NULL, &own) < 0 ||
            (own.soft == handed->limits[i].soft && own.hard == handed->limits[i].hard))
            continue;
        int32_t error = lxe__syscall(SYS_prlimit64, 0, i, &handed->limits[i], NULL);
        if (error < 0)
            return error;
    }
    *step = LXE_SPAWN_STEP_NICE;
    int32_t error = read_nice() != handed->nice ? lxe__syscall(SYS_setpriority, PRIO_PROCESS, 0, handed->nice) : 0;
    if (error < 0)
        return error;
    *step = LXE_SPAWN_STEP_AFFINITY;
    unsigned char own[sizeof handed->affinity];
    int32_t size = read_affinity(own, sizeof own);
    for (int32_t i = 0; i < size && size == handed->affinity_size; i++)
        if (own[i] != handed->affinity[i])
            return lxe__syscall(SYS_sched_setaffinity, 0, size, handed->affinity);
    return 0;
}
