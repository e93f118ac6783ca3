/* SPDX-License-Identifier: MIT */
/** inotify: changes of files. inotify(7) */
#ifndef LINUXEVENTS_INOTIFY_H
#define LINUXEVENTS_INOTIFY_H

#include "base.h"

#define LXE_HAS_INOTIFY 1

/* Bits of the mask, as the kernel has them. All bits pass through. */
#define LXE_INOTIFY_ACCESS 0x1u
#define LXE_INOTIFY_MODIFY 0x2u
#define LXE_INOTIFY_ATTRIB 0x4u
#define LXE_INOTIFY_CLOSE_WRITE 0x8u
#define LXE_INOTIFY_CLOSE_NOWRITE 0x10u
#define LXE_INOTIFY_OPEN 0x20u
#define LXE_INOTIFY_MOVED_FROM 0x40u
#define LXE_INOTIFY_MOVED_TO 0x80u
#define LXE_INOTIFY_CREATE 0x100u
#define LXE_INOTIFY_DELETE 0x200u
#define LXE_INOTIFY_DELETE_SELF 0x400u
#define LXE_INOTIFY_MOVE_SELF 0x800u
#define LXE_INOTIFY_UNMOUNT 0x2000u       /* in events only */
#define LXE_INOTIFY_OVERFLOW 0x4000u      /* in events only: events were lost; watch is -1 */
#define LXE_INOTIFY_IGNORED 0x8000u       /* in events only: the watch is gone */
#define LXE_INOTIFY_ONLYDIR 0x1000000u
#define LXE_INOTIFY_DONT_FOLLOW 0x2000000u
#define LXE_INOTIFY_EXCL_UNLINK 0x4000000u
#define LXE_INOTIFY_MASK_CREATE 0x10000000u /* refuse to change an existing watch. Linux 4.18 */
#define LXE_INOTIFY_MASK_ADD 0x20000000u
#define LXE_INOTIFY_ISDIR 0x40000000u     /* in events only */
#define LXE_INOTIFY_ONESHOT 0x80000000u

/** The head of each event that lxe_fd_read gives; `name_length` bytes of name follow, padded with zeros. */
struct lxe_inotify_event {
    int32_t watch;
    uint32_t mask;
    uint32_t cookie; /* the same in LXE_INOTIFY_MOVED_FROM and its LXE_INOTIFY_MOVED_TO */
    uint32_t name_length;
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_inotify_create - makes an inotify instance. inotify_init1(2)
 * @flags: LXE_INHERIT, LXE_NONBLOCK, or 0
 *
 * Events are read with lxe_fd_read, into a buffer of at least 272 bytes (-EINVAL when it is too small).
 *
 * Return: the descriptor; -EINVAL for unknown flags, -EMFILE, -ENFILE, -ENOMEM.
 */
LXE_API int32_t lxe_inotify_create(uint32_t flags);

/**
 * lxe_inotify_add - watches a path, or changes its watch. inotify_add_watch(2)
 * @fd: the instance
 * @path: the file or directory
 * @mask: LXE_INOTIFY_...
 *
 * Return: the watch, above 0; -EACCES, -EBADF, -EEXIST, -EFAULT, -EINVAL, -ENAMETOOLONG, -ENOENT,
 * -ENOSPC (/proc/sys/fs/inotify/max_user_watches), -ENOTDIR.
 */
LXE_API int32_t lxe_inotify_add(int32_t fd, const char *path, uint32_t mask);

/**
 * lxe_inotify_remove - ends a watch. inotify_rm_watch(2)
 * @fd: the instance
 * @watch: what lxe_inotify_add gave
 *
 * Return: 0; -EBADF, -EINVAL for an unknown watch.
 */
LXE_API int32_t lxe_inotify_remove(int32_t fd, int32_t watch);

#ifdef __cplusplus
}
#endif

#endif
