/* SPDX-License-Identifier: MIT */
/* What the tests of descriptors share. */
#ifndef FD_CHECK_H
#define FD_CHECK_H

#include "check.h"

#include <fcntl.h>
#include <sys/socket.h>

static inline void make_pipe(int32_t ends[2], uint32_t flags)
{
    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], flags), 0);
}

static inline void close_pipe(const int32_t ends[2])
{
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
}

static inline void check_flags(int fd, uint32_t flags)
{
    CHECK_EQ(MUST(fcntl(fd, F_GETFD)), (flags & LXE_INHERIT) != 0 ? 0 : FD_CLOEXEC);
    CHECK_EQ(MUST(fcntl(fd, F_GETFL)) & O_NONBLOCK, (flags & LXE_NONBLOCK) != 0 ? O_NONBLOCK : 0);
}

#endif
