/* SPDX-License-Identifier: MIT */
/** Pseudoterminals: a terminal for a program, and the end by which another program plays its keyboard and its screen. pty(7) */
#ifndef LINUXEVENTS_PTY_H
#define LINUXEVENTS_PTY_H

#include "base.h"

#define LXE_HAS_PTY 1

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_pty_open - makes a pseudoterminal. posix_openpt(3), ioctl_tty(2)
 * @controller: receives the end that reads what programs write to the terminal, and writes what they read
 * @terminal: receives the terminal
 * @flags: LXE_INHERIT (both ends), LXE_NONBLOCK (@controller only), or 0
 *
 * Neither becomes anybody's controlling terminal: LXE_SPAWN_TERMINAL makes it a child's. While nobody has the terminal open,
 * reading @controller gives -EIO. Neither pointer is written when the call fails.
 *
 * Does not block. Since 2.6; before 4.13 the terminal is opened by its name in /dev/pts.
 *
 * Return: 0; -EINVAL for unknown flags, -EFAULT for a NULL pointer, -ENOENT or -ENXIO without /dev/ptmx or /dev/pts, -EACCES, -ENOSPC when there
 * are as many as /proc/sys/kernel/pty/max allows, -EMFILE, -ENFILE, -ENOMEM.
 */
LXE_API int32_t lxe_pty_open(int32_t *controller, int32_t *terminal, uint32_t flags);

/**
 * lxe_pty_set_size - says how large the window is. ioctl_tty(2), TIOCSWINSZ
 * @fd: a terminal, or the controller of one
 * @rows, @columns: 0 to 65535; 0 for unknown
 *
 * When that is a change, the terminal's foreground process group gets SIGWINCH. Does not block. Async-signal-safe.
 *
 * Return: 0; -EINVAL for larger numbers, -ENOTTY for what is no terminal, -EBADF.
 */
LXE_API int32_t lxe_pty_set_size(int32_t fd, uint32_t rows, uint32_t columns);

/**
 * lxe_pty_get_size - tells how large the window is. ioctl_tty(2), TIOCGWINSZ
 * @fd: a terminal, or the controller of one
 * @rows, @columns: receive the size; 0 for unknown
 *
 * Does not block. Async-signal-safe.
 *
 * Return: 0; -EFAULT for a NULL pointer, -ENOTTY, -EBADF.
 */
LXE_API int32_t lxe_pty_get_size(int32_t fd, uint32_t *rows, uint32_t *columns);

/**
 * lxe_pty_disown - gives up the terminal that controls this process's session. ioctl_tty(2), TIOCNOTTY
 * @fd: that terminal
 *
 * When this process leads the session, the session has no terminal afterwards, and the session of a child may take this one
 * (LXE_SPAWN_TERMINAL); the terminal's foreground process group, this process perhaps among it, gets SIGHUP and SIGCONT from
 * this process. Otherwise this process alone has none. Does not block. Async-signal-safe.
 *
 * Return: 0; -ENOTTY when @fd is not that terminal, -EBADF.
 */
LXE_API int32_t lxe_pty_disown(int32_t fd);

#ifdef __cplusplus
}
#endif

#endif
