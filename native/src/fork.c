/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <sys/mman.h>

int32_t lxe_fork_mark(uint32_t **mark)
{
    if (mark == NULL)
        return -EFAULT;
#ifdef SYS_mmap2
    const long number = SYS_mmap2;
#else
    const long number = SYS_mmap;
#endif
    /* A page is as long as what one byte is rounded up to. */
    void *page = (void *)syscall(number, NULL, (size_t)1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    if (page == MAP_FAILED)
        return -errno;
    int32_t result = lxe__result(syscall(SYS_madvise, page, (size_t)1, LXE_UAPI_MADV_WIPEONFORK));
    if (result < 0) {
        syscall(SYS_munmap, page, (size_t)1);
        return result;
    }
    *mark = page;
    **mark = 1;
    return 0;
}
