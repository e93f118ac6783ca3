/* SPDX-License-Identifier: MIT */
/**
 * signalfd: signals as a descriptor. signalfd(2)
 *
 * The signals must be blocked in every thread of the process; otherwise a thread that does not block one
 * takes it, and where no handler is installed the process ends. A program that can't promise
 * that uses the relay (relay.h). Whether a signalfd is readable is judged for the thread that polls.
 */
#ifndef LINUXEVENTS_SIGNALFD_H
#define LINUXEVENTS_SIGNALFD_H

#include "base.h"
#include "signal.h"

#define LXE_HAS_SIGNALFD 1

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_signalfd_create - makes a descriptor that takes signals
 * @signals: the set; the kernel leaves SIGKILL and SIGSTOP out silently
 * @flags: LXE_INHERIT, LXE_NONBLOCK, or 0
 *
 * Return: the descriptor; -EINVAL for unknown flags, -EMFILE, -ENFILE, -ENODEV, -ENOMEM.
 */
LXE_API int32_t lxe_signalfd_create(uint64_t signals, uint32_t flags);

/**
 * lxe_signalfd_set - changes the set of an existing signalfd
 * @fd: the signalfd
 * @signals: the new set
 *
 * Return: 0; -EBADF, -EINVAL when @fd is no signalfd.
 */
LXE_API int32_t lxe_signalfd_set(int32_t fd, uint64_t signals);

/**
 * lxe_signalfd_read - takes pending signals, lowest number first
 * @fd: the signalfd
 * @infos: receives at most @capacity signals
 * @capacity: 1 or more
 *
 * Blocks until there is one, unless the signalfd is non-blocking.
 *
 * Return: how many were taken, 1 or more; -EAGAIN when there is none, -EINTR, -EBADF, -EFAULT, -EINVAL.
 */
LXE_API int32_t lxe_signalfd_read(int32_t fd, struct lxe_signal_info *infos, int32_t capacity);

#ifdef __cplusplus
}
#endif

#endif
