/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <sys/socket.h>

_Static_assert(SOCK_CLOEXEC == O_CLOEXEC && SOCK_NONBLOCK == O_NONBLOCK, "");

int32_t lxe_fd_pipe(int32_t *read_end, int32_t *write_end, uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    if (read_end == NULL || write_end == NULL)
        return -EFAULT;
    int ends[2];
    int32_t result = lxe__result(syscall(SYS_pipe2, ends, lxe__descriptor_flags(flags)));
    if (result == 0) {
        *read_end = ends[0];
        *write_end = ends[1];
    }
    return result;
}

int32_t lxe_fd_dup(int32_t fd, int32_t target, uint32_t flags)
{
    if ((flags & ~LXE_INHERIT) != 0)
        return -EINVAL;
    if (target == -1)
        return lxe__result(syscall(SYS_fcntl, fd, (flags & LXE_INHERIT) != 0 ? F_DUPFD : F_DUPFD_CLOEXEC, 0));
    return lxe__result(syscall(SYS_dup3, fd, target, lxe__descriptor_flags(flags)));
}

int32_t lxe_fd_accept(int32_t fd, void *address, uint32_t *address_length, uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    return lxe__result(syscall(SYS_accept4, fd, address, address_length, lxe__descriptor_flags(flags)));
}

int32_t lxe_fd_read(int32_t fd, void *buffer, uint32_t length)
{
    return lxe__result(syscall(SYS_read, fd, buffer, (size_t)length));
}

int32_t lxe_fd_write(int32_t fd, const void *buffer, uint32_t length)
{
    return lxe__result(syscall(SYS_write, fd, buffer, (size_t)length));
}

int32_t lxe_fd_set_nonblocking(int32_t fd, int32_t nonblocking)
{
    if (nonblocking != 0 && nonblocking != 1)
        return -EINVAL;
    int32_t flags = lxe__result(syscall(SYS_fcntl, fd, F_GETFL));
    if (flags < 0)
        return flags;
    int32_t former = (flags & O_NONBLOCK) != 0;
    if (former == nonblocking)
        return former;
    int32_t result = lxe__result(syscall(SYS_fcntl, fd, F_SETFL, flags ^ O_NONBLOCK));
    return result < 0 ? result : former;
}

int32_t lxe_fd_close_take(int32_t fd)
{
    return lxe__result(syscall(SYS_close, fd));
}
