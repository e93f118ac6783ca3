/* SPDX-License-Identifier: MIT */
/** fork: noticing that this process is a forked child. madvise(2) */
#ifndef LINUXEVENTS_FORK_H
#define LINUXEVENTS_FORK_H

#include "base.h"

#define LXE_HAS_FORK 1

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_fork_mark - makes a mark that a forked child finds cleared
 * @mark: receives a pointer to a number that is 1 in this process, and 0 in every child that is forked from now on
 *
 * A child shares its parent's epoll sets: what it adds or removes there, the parent gets or misses. A loop that may be forked reads
 * the mark, which is no system call, and in a child makes a set of its own; closing the inherited descriptors does no harm.
 * The mark takes a page of memory (MADV_WIPEONFORK), which stays for good: make one for the process. Children
 * that share the memory (vfork, threads) do not clear it.
 *
 * Since Linux 4.14. Async-signal-safe; does not block.
 *
 * Return: 0; -EINVAL when the kernel is older, -ENOMEM, -EFAULT when @mark is NULL.
 */
LXE_API int32_t lxe_fork_mark(uint32_t **mark);

#ifdef __cplusplus
}
#endif

#endif
