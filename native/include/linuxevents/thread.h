/* SPDX-License-Identifier: MIT */
/** Threads: on which processors they run. sched_setaffinity(2) */
#ifndef LINUXEVENTS_THREAD_H
#define LINUXEVENTS_THREAD_H

#include "base.h"

#define LXE_HAS_THREAD 1

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_thread_set_affinity - says on which processors the calling thread may run
 * @processors: the set: processor n is bit n % 64 of word n / 64
 * @count: how many words; the rest of the processors are not in the set
 *
 * Of the set counts what exists and what the thread's cpuset allows. Threads and processes that it starts from then on inherit it.
 *
 * Return: 0; -EINVAL when nothing is left of the set, -EFAULT; in a sandbox also -EPERM.
 */
LXE_API int32_t lxe_thread_set_affinity(const uint64_t *processors, uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
