/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <sys/eventfd.h>

_Static_assert(EFD_CLOEXEC == O_CLOEXEC && EFD_NONBLOCK == O_NONBLOCK, "");

int32_t lxe_eventfd_create(uint32_t initial, uint32_t flags)
{
    if ((flags & ~(LXE_EVENTFD_SEMAPHORE | LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    int semaphore = (flags & LXE_EVENTFD_SEMAPHORE) != 0 ? EFD_SEMAPHORE : 0;
    return lxe__syscall(SYS_eventfd2, initial, semaphore | lxe__descriptor_flags(flags));
}

int32_t lxe_eventfd_read(int32_t fd, uint64_t *value)
{
    return lxe__read_counter(fd, value);
}

int32_t lxe_eventfd_write(int32_t fd, uint64_t value)
{
    int32_t result = lxe__syscall(SYS_write, fd, &value, sizeof value);
    if (result < 0)
        return result;
    return result == sizeof value ? 0 : -EINVAL;
}
