/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define LXE_FD_BOTH (LXE_FD_READ | LXE_FD_WRITE)

_Static_assert(LXE_FD_READ - 1 == O_RDONLY && LXE_FD_WRITE - 1 == O_WRONLY && LXE_FD_BOTH - 1 == O_RDWR, "");
_Static_assert(LXE_FD_READ - 1 == SHUT_RD && LXE_FD_WRITE - 1 == SHUT_WR && LXE_FD_BOTH - 1 == SHUT_RDWR, "");
_Static_assert(sizeof(struct lxe_fd_vector) == sizeof(struct iovec), "passed on as it is");
_Static_assert(offsetof(struct lxe_fd_vector, buffer) == offsetof(struct iovec, iov_base), "");
_Static_assert(offsetof(struct lxe_fd_vector, length) == offsetof(struct iovec, iov_len), "");
_Static_assert(sizeof(uintptr_t) == sizeof(size_t), "");
_Static_assert(SOCK_CLOEXEC == O_CLOEXEC && SOCK_NONBLOCK == O_NONBLOCK, "");

/** Whether it names at least one direction and nothing else. */
static int is_direction(uint32_t mask)
{
    return mask != 0 && (mask & ~LXE_FD_BOTH) == 0;
}

int32_t lxe_fd_open(const char *path, uint32_t access, uint32_t flags)
{
    const uint32_t known = LXE_INHERIT | LXE_NONBLOCK | LXE_FD_CREATE | LXE_FD_TRUNCATE | LXE_FD_APPEND;
    if (!is_direction(access) || (flags & ~known) != 0)
        return -EINVAL;
    int how = (int)(access - 1) | O_NOCTTY | O_LARGEFILE | lxe__descriptor_flags(flags);
    how |= ((flags & LXE_FD_CREATE) != 0 ? O_CREAT : 0) | ((flags & LXE_FD_TRUNCATE) != 0 ? O_TRUNC : 0) |
           ((flags & LXE_FD_APPEND) != 0 ? O_APPEND : 0);
    return lxe__syscall(SYS_openat, AT_FDCWD, path, how, 0666);
}

int32_t lxe_fd_query(int32_t fd)
{
    int32_t flags = lxe__syscall(SYS_fcntl, fd, F_GETFL);
    if (flags < 0)
        return flags;
    /* An O_PATH descriptor is for neither, and so is access 3, which a few drivers take for "ioctl only". */
    uint32_t result = (flags & O_PATH) != 0 ? 0 : (uint32_t)((flags & O_ACCMODE) + 1) & LXE_FD_BOTH;
    if (lxe__syscall(SYS_fcntl, fd, F_GETPIPE_SZ) > 0)
        return (int32_t)(result | LXE_FD_PIPE);
    int type = 0, domain = 0, protocol = 0;
    socklen_t length = sizeof type;
    if (lxe__syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM &&
        lxe__syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
        lxe__syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) == 0)
        result |= domain == AF_UNIX ? LXE_FD_UNIX_STREAM : protocol == IPPROTO_TCP ? LXE_FD_TCP : 0;
    return (int32_t)result;
}

int32_t lxe_fd_pipe(int32_t *read_end, int32_t *write_end, uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK | LXE_FD_PACKETS)) != 0)
        return -EINVAL;
    if (read_end == NULL || write_end == NULL)
        return -EFAULT;
    int ends[2];
    int32_t result = lxe__syscall(SYS_pipe2, ends, lxe__descriptor_flags(flags) | ((flags & LXE_FD_PACKETS) != 0 ? O_DIRECT : 0));
    if (result == 0) {
        *read_end = ends[0];
        *write_end = ends[1];
    }
    return result;
}

int32_t lxe_fd_pipe_size(int32_t fd, uint32_t size)
{
    if (size > INT32_MAX)
        return -EINVAL;
    return size == 0 ? lxe__syscall(SYS_fcntl, fd, F_GETPIPE_SZ) : lxe__syscall(SYS_fcntl, fd, F_SETPIPE_SZ, size);
}

int32_t lxe_fd_dup(int32_t fd, int32_t target, uint32_t flags)
{
    if ((flags & ~LXE_INHERIT) != 0)
        return -EINVAL;
    if (target == -1)
        return lxe__syscall(SYS_fcntl, fd, (flags & LXE_INHERIT) != 0 ? F_DUPFD : F_DUPFD_CLOEXEC, 0);
    return lxe__syscall(SYS_dup3, fd, target, lxe__descriptor_flags(flags));
}

int32_t lxe_fd_accept(int32_t fd, void *address, uint32_t *address_length, uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    return lxe__syscall(SYS_accept4, fd, address, address_length, lxe__descriptor_flags(flags));
}

int32_t lxe_fd_shutdown(int32_t fd, uint32_t directions)
{
    return is_direction(directions) ? lxe__syscall(SYS_shutdown, fd, directions - 1) : -EINVAL;
}

int32_t lxe_fd_read(int32_t fd, void *buffer, uint32_t length)
{
    return lxe__syscall(SYS_read, fd, buffer, length);
}

int32_t lxe_fd_write(int32_t fd, const void *buffer, uint32_t length)
{
    return lxe__syscall(SYS_write, fd, buffer, length);
}

int32_t lxe_fd_readv(int32_t fd, const struct lxe_fd_vector *vectors, uint32_t count)
{
    return lxe__syscall(SYS_readv, fd, vectors, (size_t)count);
}

int32_t lxe_fd_writev(int32_t fd, const struct lxe_fd_vector *vectors, uint32_t count)
{
    return lxe__syscall(SYS_writev, fd, vectors, (size_t)count);
}

int32_t lxe_fd_set_nonblocking(int32_t fd, int32_t nonblocking)
{
    if (nonblocking != 0 && nonblocking != 1)
        return -EINVAL;
    int32_t flags = lxe__syscall(SYS_fcntl, fd, F_GETFL);
    if (flags < 0)
        return flags;
    int32_t former = (flags & O_NONBLOCK) != 0;
    if (former == nonblocking)
        return former;
    int32_t result = lxe__syscall(SYS_fcntl, fd, F_SETFL, flags ^ O_NONBLOCK);
    return result < 0 ? result : former;
}

int32_t lxe_fd_close_take(int32_t fd)
{
    return lxe__syscall(SYS_close, fd);
}
