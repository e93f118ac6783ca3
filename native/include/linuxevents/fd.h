/* SPDX-License-Identifier: MIT */
/** The calls on any descriptor that a loop needs. */
#ifndef LINUXEVENTS_FD_H
#define LINUXEVENTS_FD_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_fd_pipe - makes a pipe. pipe2(2)
 * @read_end: receives the descriptor to read from
 * @write_end: receives the descriptor to write to
 * @flags: LXE_INHERIT, LXE_NONBLOCK (both ends), or 0
 *
 * Neither pointer is written when the call fails.
 *
 * Return: 0; -EINVAL for unknown flags, -EFAULT for a NULL pointer, -EMFILE or -ENFILE.
 */
LXE_API int32_t lxe_fd_pipe(int32_t *read_end, int32_t *write_end, uint32_t flags);

/**
 * lxe_fd_dup - makes a second descriptor for the same open file description
 * @fd: the descriptor
 * @target: the number it shall get, closing silently what had that number before (dup3(2)); -1 for the
 *          lowest free one (fcntl F_DUPFD_CLOEXEC)
 * @flags: LXE_INHERIT, or 0
 *
 * Return: the new descriptor; -EINVAL for unknown flags or target == fd, -EBADF, -EMFILE.
 */
LXE_API int32_t lxe_fd_dup(int32_t fd, int32_t target, uint32_t flags);

/**
 * lxe_fd_accept - takes a connection from a listening socket. accept4(2)
 * @fd: the listening socket
 * @address: receives the peer's address, or NULL
 * @address_length: in: the room at @address, in bytes; out: the address's length. NULL when @address is
 * @flags: LXE_INHERIT, LXE_NONBLOCK, or 0
 *
 * Blocks on a blocking socket. A connection that broke off meanwhile gives -ECONNABORTED: go on.
 *
 * Return: the connection; -EAGAIN when none is waiting, -EINTR, -EMFILE, -ENFILE, -EINVAL, -ENOTSOCK.
 */
LXE_API int32_t lxe_fd_accept(int32_t fd, void *address, uint32_t *address_length, uint32_t flags);

/**
 * lxe_fd_read - reads what is there. read(2)
 * @fd: the descriptor
 * @buffer: where to
 * @length: room at @buffer, in bytes; the kernel reads at most 0x7ffff000 at once
 *
 * Blocks on a blocking descriptor.
 *
 * Return: the number of bytes, 0 at the end of the file; -EAGAIN, -EINTR, -EBADF, -EFAULT, -EIO.
 */
LXE_API int32_t lxe_fd_read(int32_t fd, void *buffer, uint32_t length);

/**
 * lxe_fd_write - writes as much as there is room for. write(2)
 * @fd: the descriptor
 * @buffer: where from
 * @length: bytes at @buffer; the kernel writes at most 0x7ffff000 at once
 *
 * Blocks on a blocking descriptor. A pipe or socket without a reader raises SIGPIPE and gives -EPIPE.
 *
 * Return: the number of bytes written; -EAGAIN, -EINTR, -EPIPE, -EBADF, -EFAULT, -ENOSPC, -EIO.
 */
LXE_API int32_t lxe_fd_write(int32_t fd, const void *buffer, uint32_t length);

/**
 * lxe_fd_set_nonblocking - switches O_NONBLOCK. fcntl(2)
 * @fd: the descriptor. The flag belongs to the open file description: everyone who shares it is affected
 * @nonblocking: 1 or 0
 *
 * Return: the former state, 1 or 0; -EBADF, -EINVAL for any other value.
 */
LXE_API int32_t lxe_fd_set_nonblocking(int32_t fd, int32_t nonblocking);

/**
 * lxe_fd_close_take - closes a descriptor. close(2)
 * @fd: the descriptor, which is gone whatever is returned (except -EBADF): never call again
 *
 * A descriptor in an epoll set goes on reporting while a copy of it lives anywhere: remove it first.
 *
 * Return: 0; -EBADF, -EINTR, -EIO, -ENOSPC.
 */
LXE_API int32_t lxe_fd_close_take(int32_t fd);

#ifdef __cplusplus
}
#endif

#endif
