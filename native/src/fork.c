/* SPDX-License-Identifier: MIT */
#include "spawn.h"

int32_t lxe_fork_mark(uint32_t **mark)
{
    if (mark == NULL)
        return -EFAULT;
    char *page;
    int32_t error = lxe__map(1, 0, &page); /* The kernel rounds that up to a page. */
    if (error < 0)
        return error;
    error = lxe__syscall(SYS_madvise, page, 1, LXE_UAPI_MADV_WIPEONFORK);
    if (error < 0) {
        lxe__syscall(SYS_munmap, page, 1);
        return error;
    }
    *mark = (uint32_t *)(void *)page;
    **mark = 1;
    return 0;
}
