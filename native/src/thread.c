/* SPDX-License-Identifier: MIT */
#include "internal.h"

int32_t lxe_thread_set_affinity(const uint64_t *processors, uint32_t count)
{
    return lxe__syscall(SYS_sched_setaffinity, 0, (size_t)count * sizeof *processors, processors);
}
