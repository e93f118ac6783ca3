/* SPDX-License-Identifier: MIT */
/** What the library's source files share. */
#ifndef LXE_INTERNAL_H
#define LXE_INTERNAL_H

#include "syscall.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include <linuxevents.h>

/** Marks what several source files share and nobody else sees. */
#define LXE_INTERNAL __attribute__((visibility("hidden")))

/** What a function of libc returned (clone, sigaction), as a value >= 0 or a negative errno. */
static inline int32_t lxe__result(int returned)
{
    return returned < 0 ? -errno : returned;
}

/** LXE_INHERIT and LXE_NONBLOCK as O_CLOEXEC and O_NONBLOCK, which all calls that make a descriptor share. */
static inline int lxe__descriptor_flags(uint32_t flags)
{
    return ((flags & LXE_INHERIT) != 0 ? 0 : O_CLOEXEC) | ((flags & LXE_NONBLOCK) != 0 ? O_NONBLOCK : 0);
}

/**
 * The rule for every structure that begins with its size: how many of its bytes both sides know.
 *
 * -EFAULT for NULL, -EINVAL when there is not even a size, -E2BIG when it is larger than known_size and
 * what lies beyond is not zero (or larger than a page, as in the kernel). To take a structure in: zero
 * one's own and copy so many bytes over it. To give one out: lxe__struct_give.
 */
static inline int32_t lxe__struct_size(const void *structure, uint32_t known_size)
{
    if (structure == NULL)
        return -EFAULT;
    const unsigned char *bytes = structure;
    uint32_t size = *(const uint32_t *)structure;
    if (size < sizeof size)
        return -EINVAL;
    if (size > 4096)
        return -E2BIG;
    for (uint32_t i = known_size; i < size; i++)
        if (bytes[i] != 0)
            return -E2BIG;
    return (int32_t)(size < known_size ? size : known_size);
}

/** Copies the first `size` bytes (by lxe__struct_size) of `own` to the caller's structure, all but its size member. */
static inline void lxe__struct_give(void *structure, const void *own, int32_t size)
{
    __builtin_memcpy((char *)structure + sizeof(uint32_t), (const char *)own + sizeof(uint32_t),
                     (size_t)size - sizeof(uint32_t));
}

/** Whether a kernel lacks the call or a sandbox forbids it. Not for calls that give -EPERM or -EACCES themselves. */
static inline int lxe__refused(int32_t result)
{
    return result == -ENOSYS || result == -EPERM || result == -EACCES || result == -EOPNOTSUPP;
}

/** Reads an eventfd or timerfd. Looks at the pointer first: the kernel takes the count off before it writes. */
static inline int32_t lxe__read_counter(int32_t fd, uint64_t *value)
{
    if (value == NULL)
        return -EFAULT;
    int32_t result = lxe__syscall(SYS_read, fd, value, sizeof *value);
    if (result < 0)
        return result;
    return result == sizeof *value ? 0 : -EINVAL;
}

/**
 * lxe__pidfd_number - the process id of a process that nobody has reaped yet
 *
 * Return: a number above 0; -ECHILD when it was reaped or is outside our pid namespace; -EBADF when it is no pidfd;
 * -EINVAL where the kernel can't tell for certain; -EMFILE, -ENFILE, -ENOMEM.
 */
LXE_INTERNAL int32_t lxe__pidfd_number(int32_t pidfd);

/**
 * lxe__pidfd_child - the process id of a child of this process that nobody has reaped yet
 *
 * Return: a number above 0; -ECHILD when it is none; or as lxe__pidfd_number.
 */
LXE_INTERNAL int32_t lxe__pidfd_child(int32_t pidfd);

/** What comes with a signal and a value from this process. */
LXE_INTERNAL void lxe__queued_info(siginfo_t *info, int32_t signal, uint64_t value);

/**
 * lxe__signal_by_number - signals a process that can't be mistaken, or the group that it leads; can run in the reaper's helper
 * @pid: above 1
 * @info: what comes with it, or NULL; not for a group
 * @flags: LXE_PIDFD_SIGNAL_PROCESS, LXE_PIDFD_SIGNAL_GROUP, or 0
 */
LXE_INTERNAL int32_t lxe__signal_by_number(int32_t pid, int32_t signal, const siginfo_t *info, uint32_t flags);

static inline int64_t lxe__nanoseconds(struct lxe_uapi_old_timeval time)
{
    return (int64_t)time.seconds * 1000000000 + (int64_t)time.microseconds * 1000;
}

/** What waitid(2) told. */
static inline struct lxe_pidfd_status lxe__status_of(const siginfo_t *info, const struct lxe_uapi_rusage *usage)
{
    return (struct lxe_pidfd_status){
        .pid = info->si_pid,
        .uid = info->si_uid,
        .code = info->si_code,
        .status = info->si_status,
        .user_time = lxe__nanoseconds(usage->user),
        .system_time = lxe__nanoseconds(usage->system),
        .max_rss = (int64_t)usage->max_rss * 1024,
    };
}

/** Whether a feature is there for certain, for those that have a substitute. After the first time only a load. */
LXE_INTERNAL int lxe__feature_enabled(uint32_t feature);

/**
 * lxe__feature_check - whether to make a call that may be missing
 * @feature: LXE_FEATURE_...
 *
 * Return: 0 to make it: it is there, or a shortage kept us from finding out and is for the call to tell;
 * otherwise the negative errno that a call without the feature gives.
 */
LXE_INTERNAL int32_t lxe__feature_check(uint32_t feature);

/** Whether a feature was switched off; does not look for it. For calls that find out by themselves without danger. */
LXE_INTERNAL int lxe__feature_disabled(uint32_t feature);

/** Looks for a feature, at each call anew: 0 when present, otherwise a negative errno (probe.c). */
LXE_INTERNAL int32_t lxe__feature_probe(uint32_t feature);

#endif
