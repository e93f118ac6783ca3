/* SPDX-License-Identifier: MIT */
/** eventfd: a 64-bit counter to wake a loop with. eventfd(2) */
#ifndef LINUXEVENTS_EVENTFD_H
#define LINUXEVENTS_EVENTFD_H

#include "base.h"

#define LXE_HAS_EVENTFD 1

/** Flag of lxe_eventfd_create: a read takes 1 off the counter instead of all. */
#define LXE_EVENTFD_SEMAPHORE 0x100u

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_eventfd_create - makes a counter
 * @initial: its first value
 * @flags: LXE_EVENTFD_SEMAPHORE, LXE_INHERIT, LXE_NONBLOCK, or 0
 *
 * Return: the descriptor; -EINVAL for unknown flags, -EMFILE, -ENFILE, -ENODEV, -ENOMEM.
 */
LXE_API int32_t lxe_eventfd_create(uint32_t initial, uint32_t flags);

/**
 * lxe_eventfd_read - takes the counter's value and sets it to 0 (a semaphore: takes 1)
 * @fd: the counter
 * @value: receives what was taken, above 0
 *
 * Blocks while the counter is 0, unless it is non-blocking.
 *
 * Return: 0; -EAGAIN while the counter is 0, -EINTR, -EBADF, -EFAULT, -EINVAL when @fd is no eventfd.
 */
LXE_API int32_t lxe_eventfd_read(int32_t fd, uint64_t *value);

/**
 * lxe_eventfd_write - adds to the counter
 * @fd: the counter
 * @value: 0 to 0xfffffffffffffffe
 *
 * Blocks while the sum would pass 0xfffffffffffffffe, unless the counter is non-blocking.
 *
 * Return: 0; -EAGAIN when there is no room, -EINTR, -EBADF, -EINVAL for 0xffffffffffffffff.
 */
LXE_API int32_t lxe_eventfd_write(int32_t fd, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
