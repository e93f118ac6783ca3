/* SPDX-License-Identifier: MIT */
/** How a process is made that begins with a function, on another stack: clone(2), clone3(2). */
#ifndef LXE_CLONE_H
#define LXE_CLONE_H

#include "internal.h"

/**
 * lxe__clone - makes a process that calls a function and never comes back from it
 * @stack, @size: its stack; as an address the end is a multiple of 16
 * @flags: CLONE_... and the exit signal. LXE_UAPI_CLONE_CLEAR_SIGHAND needs clone3, which takes everything else as clone does
 * @parent_tid, @child_tid: as the flags want them, or NULL
 *
 * Return: its process id, or a negative errno: -ENOSYS for what needs clone3 on a processor for which there is no way here.
 */
LXE_INTERNAL int32_t lxe__clone(int (*function)(void *), void *argument, char *stack, uint64_t size, uint64_t flags,
                                int32_t *parent_tid, _Atomic int32_t *child_tid);

#endif
