/* SPDX-License-Identifier: MIT */
/** The calls on any descriptor that a loop needs. */
#ifndef LINUXEVENTS_FD_H
#define LINUXEVENTS_FD_H

#include "base.h"

/** How many vectors one call takes (UIO_MAXIOV). */
#define LXE_FD_MAX_VECTORS 1024

/** One piece of memory. Laid out as struct iovec is on every processor. */
struct lxe_fd_vector {
    void *buffer;     /* only read from by lxe_fd_writev */
    uintptr_t length; /* in bytes; as wide as a pointer */
};

#ifdef __cplusplus
extern "C" {
#endif

/** What a descriptor was opened for: lxe_fd_open is told so, lxe_fd_query tells it. */
#define LXE_FD_READ 0x1u
#define LXE_FD_WRITE 0x2u

/** lxe_fd_query: a pipe or FIFO. */
#define LXE_FD_PIPE 0x4u

/** lxe_fd_query: a TCP socket. */
#define LXE_FD_TCP 0x8u

/** lxe_fd_query: a stream socket of the Unix domain. */
#define LXE_FD_UNIX_STREAM 0x10u

/** Flag of lxe_fd_pipe: each write of up to 4096 bytes is a packet, and a read takes one packet (O_DIRECT). */
#define LXE_FD_PACKETS 0x4u

/** Flag of lxe_fd_open: a file that is missing is made, with mode 0666 less the umask (O_CREAT). */
#define LXE_FD_CREATE 0x10u

/** Flag of lxe_fd_open: a file that is there is emptied (O_TRUNC). */
#define LXE_FD_TRUNCATE 0x20u

/** Flag of lxe_fd_open: each write goes to the end of the file, wherever others have moved it meanwhile (O_APPEND). */
#define LXE_FD_APPEND 0x40u

/**
 * lxe_fd_open - opens what a path names. openat(2)
 * @path: the path, ending in NUL
 * @access: LXE_FD_READ, LXE_FD_WRITE, or both
 * @flags: LXE_INHERIT, LXE_NONBLOCK, LXE_FD_CREATE, LXE_FD_TRUNCATE, LXE_FD_APPEND, or 0
 *
 * A terminal never becomes the controlling one (O_NOCTTY). With LXE_NONBLOCK there is no waiting: a modem line is opened
 * without carrier; a FIFO is opened for reading without a writer, and for writing gives -ENXIO without a reader.
 * Without it, both block until the other side comes. May block on slow file systems either way.
 *
 * Return: the descriptor; -EINVAL for unknown access or flags, -EFAULT, -ENOENT, -EACCES, -ENXIO, -EISDIR, -ENOTDIR, -ELOOP,
 * -EINTR, -EMFILE, -ENFILE.
 */
LXE_API int32_t lxe_fd_open(const char *path, uint32_t access, uint32_t flags);

/**
 * lxe_fd_query - tells what a descriptor was opened for, and what bears on how it is read. fcntl(2), getsockopt(2)
 * @fd: the descriptor
 *
 * Return: a mask of LXE_FD_READ, LXE_FD_WRITE, LXE_FD_PIPE, LXE_FD_TCP and LXE_FD_UNIX_STREAM; -EBADF.
 */
LXE_API int32_t lxe_fd_query(int32_t fd);

/**
 * lxe_fd_pipe - makes a pipe. pipe2(2)
 * @read_end: receives the descriptor to read from
 * @write_end: receives the descriptor to write to
 * @flags: LXE_INHERIT, LXE_NONBLOCK (both ends), LXE_FD_PACKETS, or 0
 *
 * Neither pointer is written when the call fails.
 *
 * Return: 0; -EINVAL for unknown flags, -EFAULT for a NULL pointer, -EMFILE or -ENFILE.
 */
LXE_API int32_t lxe_fd_pipe(int32_t *read_end, int32_t *write_end, uint32_t flags);

/**
 * lxe_fd_pipe_size - changes how much a pipe or FIFO holds, or only tells it. fcntl(2), F_SETPIPE_SZ
 * @fd: either end
 * @size: in bytes, at most 0x7fffffff; the kernel rounds up to a power of two of pages. 0 changes nothing
 *
 * Return: the size it has now; -EBADF also for what is no pipe, -EINVAL, -EPERM above /proc/sys/fs/pipe-max-size or the user's
 * share, -EBUSY when it holds more than that just now, -ENOMEM.
 */
LXE_API int32_t lxe_fd_pipe_size(int32_t fd, uint32_t size);

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
 * lxe_fd_shutdown - ends one or both directions of a connection, for every copy of the descriptor. shutdown(2)
 * @fd: the socket
 * @directions: LXE_FD_READ, LXE_FD_WRITE, or both
 *
 * Return: 0; -EINVAL for other directions, -ENOTSOCK, -ENOTCONN, -EBADF.
 */
LXE_API int32_t lxe_fd_shutdown(int32_t fd, uint32_t directions);

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
 * lxe_fd_readv - reads what is there into several pieces of memory. readv(2)
 * @fd: the descriptor
 * @vectors: where to: each is filled before the next
 * @count: how many, at most LXE_FD_MAX_VECTORS; the kernel reads at most 0x7ffff000 bytes at once
 *
 * Blocks on a blocking descriptor.
 *
 * Return: the number of bytes in all, 0 at the end of the file; as lxe_fd_read, and -EINVAL for more vectors, or when their
 * lengths together are more than a signed integer as wide as a pointer holds.
 */
LXE_API int32_t lxe_fd_readv(int32_t fd, const struct lxe_fd_vector *vectors, uint32_t count);

/**
 * lxe_fd_writev - writes several pieces of memory, as if they were one. writev(2)
 * @fd: the descriptor
 * @vectors: where from
 * @count: how many, at most LXE_FD_MAX_VECTORS; the kernel writes at most 0x7ffff000 bytes at once
 *
 * Blocks on a blocking descriptor. A pipe or socket without a reader raises SIGPIPE and gives -EPIPE.
 *
 * Return: the number of bytes written in all, which may end within a vector; as lxe_fd_write, and -EINVAL as lxe_fd_readv.
 */
LXE_API int32_t lxe_fd_writev(int32_t fd, const struct lxe_fd_vector *vectors, uint32_t count);

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
