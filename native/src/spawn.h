/* SPDX-License-Identifier: MIT */
/** What those who spawn (spawn.c, reaper_helper.c) and the child share while the child runs in the caller's memory. */
#ifndef LXE_SPAWN_H
#define LXE_SPAWN_H

#include "internal.h"

#define LXE__GUARD_SIZE 0x10000 /* a multiple of every page size */
#define LXE__STACK_SIZE 0x10000

/** What a child has from the thread that asked for it where another process makes it (spawn_handed.c). */
struct lxe__handed {
    uint64_t ignored; /* the signals that the program shall ignore: nothing else than the default is set where it begins */
    struct {
        uint64_t soft, hard;
    } limits[16];
    int32_t nice;
    int32_t affinity_size; /* in bytes */
    unsigned char affinity[1024];
};

/** One spawn. Lives until the child has left our memory. */
struct lxe__spawn {
    struct lxe_spawn_options options; /* complete and checked */
    struct lxe_spawn_fd *fds;         /* the descriptor list: a copy of the caller's, with room for six more */
    struct {
        int32_t *fd;                  /* an option that is a descriptor itself, */
        uint32_t step;                /* and the step that uses it, before the list is placed */
    } singles[3];
    uint32_t single_count;
    int32_t *targets;                 /* its targets, ascending */
    int32_t *sources;                 /* room for as many: where the child finds the source of each entry */
    char *area;                       /* where guard, stack and these lists are, or NULL */
    uint64_t area_size;
    const struct lxe__handed *handed; /* NULL where the caller is the parent */
    int without_handlers;             /* whether the child was born without the caller's signal handlers */
    int close_others;                 /* whether the child has descriptors that execve does not close */
    int close_range;                  /* whether close_range(2) is to be had */
    int32_t reserve;                  /* what the parent holds open in place of the child's pidfd, negative for nothing */
    int32_t parent;                   /* the process that makes the child */
    int32_t pid;                      /* of the child, once it is born, and if the kernel was asked to write it here */
    _Atomic int32_t in_memory;        /* not zero until the child has left our memory, if the kernel was asked to clear it */
    int32_t error;                    /* the child's answer: a negative errno when it did not come to exec, */
    uint32_t step;                    /* where it failed, */
    uint32_t index;                   /* and at which entry of the descriptor list */
};

/** Maps memory of our own; @flags beside MAP_PRIVATE | MAP_ANONYMOUS. Return: 0, or a negative errno. */
LXE_INTERNAL int32_t lxe__map(uint64_t size, int flags, char **area);

/** Maps a guard, a stack above it, and @more bytes above that. Return: 0, or a negative errno. */
LXE_INTERNAL int32_t lxe__stack_map(uint64_t more, char **area, uint64_t *size);

/** Takes the options in. To be released also after a failure. Return: 0, or a negative errno and the step. */
LXE_INTERNAL int32_t lxe__spawn_prepare(struct lxe__spawn *spawn, const struct lxe_spawn_options *options);

/** Adds an entry to the descriptor list, at most three times; its target is not in it yet. */
LXE_INTERNAL void lxe__spawn_add_fd(struct lxe__spawn *spawn, int32_t source, int32_t target);

/**
 * lxe__spawn_create - makes the child and sleeps until it has become the program or said why not
 * @flags, @parent_tid: as for lxe__clone, beside the flags that are always needed
 *
 * All signals are blocked. A child that failed is reaped. Return: its process id, or a negative errno and the step.
 */
LXE_INTERNAL int32_t lxe__spawn_create(struct lxe__spawn *spawn, uint64_t flags, int32_t *parent_tid);

/**
 * lxe__dumpable_keep - before a child that changes its user
 *
 * A process that does so stops being dumpable. That is a property of the memory, which is ours: what it was comes back
 * afterwards. One such spawn at a time, or one would take for ours what another's child has left. Return: what it was.
 */
LXE_INTERNAL long lxe__dumpable_keep(const struct lxe__spawn *spawn);
LXE_INTERNAL void lxe__dumpable_restore(const struct lxe__spawn *spawn, long dumpable);

LXE_INTERNAL void lxe__spawn_release(const struct lxe__spawn *spawn);

/** The child's whole life, as clone(2) wants it: execve, or an answer and exit. @spawn: struct lxe__spawn. Never returns. */
LXE_INTERNAL int lxe__spawn_child(void *spawn);

/** Reads what the calling thread would hand down to a child. @keep_ignored: of the signals that it ignores, those that matter */
LXE_INTERNAL void lxe__handed_read(struct lxe__handed *handed, uint64_t keep_ignored);

/** Makes it the child's own. Return: 0, or a negative errno and the step. */
LXE_INTERNAL int32_t lxe__handed_apply(const struct lxe__handed *handed, uint32_t *step);

/** Closes all descriptors from @first on but those of an ascending list. Can run in the child. */
LXE_INTERNAL int32_t lxe__close_others(int32_t first, const int32_t *kept, uint32_t count, int close_range);

/** The kernel's struct sigaction is at most as large and begins with the handler. */
struct lxe__action {
    uintptr_t handler, rest[7];
};

/**
 * lxe__action_change - sets or reads a signal's action. By the kernel's own call, since libc's hides the signals that libc catches
 *
 * Return: 0; -EINVAL for SIGKILL, SIGSTOP, and for numbers that emulators and valgrind keep for themselves.
 */
static inline int32_t lxe__action_change(int signal, const struct lxe__action *action, struct lxe__action *former)
{
    return lxe__syscall(SYS_rt_sigaction, signal, action, former, LXE_UAPI_SIGSET_SIZE);
}

/** Whether an ascending list has a number. */
static inline int lxe__is_listed(const int32_t *numbers, uint32_t count, int32_t number)
{
    uint32_t low = 0;
    while (low < count) {
        uint32_t middle = low + (count - low) / 2;
        if (numbers[middle] == number)
            return 1;
        if (numbers[middle] < number)
            low = middle + 1;
        else
            count = middle;
    }
    return 0;
}

#endif
