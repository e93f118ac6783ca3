/* SPDX-License-Identifier: MIT */
/** What a thread that spawns and its child share while the child runs in the caller's memory. */
#ifndef LXE_SPAWN_CHILD_H
#define LXE_SPAWN_CHILD_H

#include "internal.h"

struct lxe__spawn {
    const struct lxe_spawn_options *options; /* complete and checked */
    const int32_t *targets;                  /* the targets of the descriptor list, ascending */
    int32_t *sources;                        /* room for as many: where the child finds the source of each entry */
    int close_range;                         /* whether close_range(2) is to be had */
    int32_t error;                           /* the child's answer: a negative errno when it did not come to exec, */
    uint32_t step;                           /* where it failed, */
    uint32_t index;                          /* and at which entry of the descriptor list */
};

/** The child's whole life, as clone(2) wants it: execve, or an answer and exit. @spawn: struct lxe__spawn. Never returns. */
__attribute__((visibility("hidden"))) int lxe__spawn_child(void *spawn);

#endif
