/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <sys/inotify.h>

_Static_assert(IN_CLOEXEC == O_CLOEXEC && IN_NONBLOCK == O_NONBLOCK, "");
_Static_assert(LXE_INOTIFY_ACCESS == IN_ACCESS && LXE_INOTIFY_MODIFY == IN_MODIFY, "");
_Static_assert(LXE_INOTIFY_ATTRIB == IN_ATTRIB && LXE_INOTIFY_OPEN == IN_OPEN, "");
_Static_assert(LXE_INOTIFY_CLOSE_WRITE == IN_CLOSE_WRITE && LXE_INOTIFY_CLOSE_NOWRITE == IN_CLOSE_NOWRITE, "");
_Static_assert(LXE_INOTIFY_MOVED_FROM == IN_MOVED_FROM && LXE_INOTIFY_MOVED_TO == IN_MOVED_TO, "");
_Static_assert(LXE_INOTIFY_CREATE == IN_CREATE && LXE_INOTIFY_DELETE == IN_DELETE, "");
_Static_assert(LXE_INOTIFY_DELETE_SELF == IN_DELETE_SELF && LXE_INOTIFY_MOVE_SELF == IN_MOVE_SELF, "");
_Static_assert(LXE_INOTIFY_UNMOUNT == IN_UNMOUNT && LXE_INOTIFY_OVERFLOW == IN_Q_OVERFLOW, "");
_Static_assert(LXE_INOTIFY_IGNORED == IN_IGNORED && LXE_INOTIFY_ISDIR == IN_ISDIR, "");
_Static_assert(LXE_INOTIFY_ONLYDIR == IN_ONLYDIR && LXE_INOTIFY_DONT_FOLLOW == IN_DONT_FOLLOW, "");
_Static_assert(LXE_INOTIFY_EXCL_UNLINK == IN_EXCL_UNLINK && LXE_INOTIFY_MASK_ADD == IN_MASK_ADD, "");
_Static_assert(LXE_INOTIFY_ONESHOT == (uint32_t)IN_ONESHOT, "");

_Static_assert(sizeof(struct lxe_inotify_event) == sizeof(struct inotify_event), "");
_Static_assert(offsetof(struct lxe_inotify_event, watch) == offsetof(struct inotify_event, wd), "");
_Static_assert(offsetof(struct lxe_inotify_event, mask) == offsetof(struct inotify_event, mask), "");
_Static_assert(offsetof(struct lxe_inotify_event, cookie) == offsetof(struct inotify_event, cookie), "");
_Static_assert(offsetof(struct lxe_inotify_event, name_length) == offsetof(struct inotify_event, len), "");

int32_t lxe_inotify_create(uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    return lxe__syscall(SYS_inotify_init1, lxe__descriptor_flags(flags));
}

int32_t lxe_inotify_add(int32_t fd, const char *path, uint32_t mask)
{
    return lxe__syscall(SYS_inotify_add_watch, fd, path, mask);
}

int32_t lxe_inotify_remove(int32_t fd, int32_t watch)
{
    return lxe__syscall(SYS_inotify_rm_watch, fd, watch);
}
