/* SPDX-License-Identifier: MIT */
/** epoll: waiting for many descriptors at once. epoll(7) */
#ifndef LINUXEVENTS_EPOLL_H
#define LINUXEVENTS_EPOLL_H

#include "base.h"

#define LXE_HAS_EPOLL 1

/* Event bits, as the kernel has them. All bits pass through, also those without a name here. */
#define LXE_EPOLL_IN 0x1u              /* readable, or at the end */
#define LXE_EPOLL_PRI 0x2u             /* exceptional condition: out-of-band data */
#define LXE_EPOLL_OUT 0x4u             /* writable */
#define LXE_EPOLL_ERR 0x8u             /* error; always reported */
#define LXE_EPOLL_HUP 0x10u            /* hung up; always reported */
#define LXE_EPOLL_RDNORM 0x40u
#define LXE_EPOLL_RDBAND 0x80u
#define LXE_EPOLL_WRNORM 0x100u
#define LXE_EPOLL_WRBAND 0x200u
#define LXE_EPOLL_MSG 0x400u
#define LXE_EPOLL_RDHUP 0x2000u        /* the peer shut down its writing half */
#define LXE_EPOLL_EXCLUSIVE 0x10000000u /* add only: wake one of several epoll sets. Linux 4.5 */
#define LXE_EPOLL_WAKEUP 0x20000000u   /* keep the system awake while handled; needs CAP_BLOCK_SUSPEND. Linux 3.5 */
#define LXE_EPOLL_ONESHOT 0x40000000u  /* disarm, in both directions, after one event */
#define LXE_EPOLL_ET 0x80000000u       /* edge-triggered */

/** One event. Sixteen bytes on every processor (the kernel's own is packed on some). */
struct lxe_epoll_event {
    uint32_t events;   /* LXE_EPOLL_... */
    uint32_t reserved; /* 0 */
    uint64_t data;     /* what was given to lxe_epoll_add or _mod */
};

/** How a set polls network devices instead of sleeping. Linux 6.9 */
struct lxe_epoll_params {
    uint32_t size;              /* sizeof(struct lxe_epoll_params), set by the caller */
    uint32_t busy_poll_usecs;   /* how long to poll before sleeping, in microseconds; 0 does not. At most 2147483647 */
    uint16_t busy_poll_budget;  /* how many packets to take at once; 0 for the kernel's choice. Above 64 needs CAP_NET_ADMIN */
    uint8_t prefer_busy_poll;   /* 1: the devices' interrupts stay off as long as somebody polls. 0 or 1 */
    uint8_t reserved;           /* 0 */
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_epoll_create - makes an epoll set. epoll_create1(2)
 * @flags: LXE_INHERIT, or 0
 *
 * Return: its descriptor; -EINVAL for unknown flags, -EMFILE, -ENFILE, -ENOMEM.
 */
LXE_API int32_t lxe_epoll_create(uint32_t flags);

/**
 * lxe_epoll_add - registers a descriptor. epoll_ctl(2), EPOLL_CTL_ADD
 * @epoll_fd: the set
 * @fd: the descriptor
 * @events: LXE_EPOLL_...
 * @data: given back with every event
 *
 * What is registered is the open file description under this number. Remove it before closing the
 * number: while a copy lives it goes on reporting and can't be removed any more.
 *
 * Return: 0; -EPERM for a regular file or directory (always ready), -EEXIST, -ELOOP for sets that contain each
 * other, -EBADF, -EINVAL also for a set in itself, -ENOMEM, -ENOSPC (/proc/sys/fs/epoll/max_user_watches).
 */
LXE_API int32_t lxe_epoll_add(int32_t epoll_fd, int32_t fd, uint32_t events, uint64_t data);

/**
 * lxe_epoll_mod - changes what is waited for. epoll_ctl(2), EPOLL_CTL_MOD
 * @epoll_fd: the set
 * @fd: a registered descriptor
 * @events: LXE_EPOLL_...
 * @data: given back with every event
 *
 * Looks at the descriptor anew: an edge-triggered one that is ready now reports again, a one-shot one is
 * armed again.
 *
 * Return: 0; -ENOENT when it is not registered, -EBADF, -EINVAL (also for LXE_EPOLL_EXCLUSIVE), -ENOMEM.
 */
LXE_API int32_t lxe_epoll_mod(int32_t epoll_fd, int32_t fd, uint32_t events, uint64_t data);

/**
 * lxe_epoll_del - removes a descriptor. epoll_ctl(2), EPOLL_CTL_DEL
 * @epoll_fd: the set
 * @fd: a registered descriptor
 *
 * Return: 0; -ENOENT when it is not registered, -EBADF, -EINVAL.
 */
LXE_API int32_t lxe_epoll_del(int32_t epoll_fd, int32_t fd);

/**
 * lxe_epoll_wait - waits for events. epoll_wait(2), epoll_pwait2(2), ppoll(2)
 * @epoll_fd: the set
 * @events: receives at most @capacity events; its whole memory may be written, whatever is returned
 * @capacity: 1 to 134217727 events
 * @deadline: when to give up, absolute nanoseconds on CLOCK_MONOTONIC; LXE_NO_DEADLINE for never; any
 *            time that is past (0) looks without waiting
 * @signal_mask: the signals blocked while waiting, or NULL to leave them as they are
 *
 * Blocks until an event, the deadline or a signal. Never returns before the deadline without a reason:
 * nanoseconds are kept on every kernel, by epoll_pwait2 where it works and by ppoll on the set where
 * it does not. The thread's timer slack (50 microseconds unless changed, prctl(2)) may delay the end; a
 * timerfd in the set is not subject to it. After -EINTR call again with the same deadline.
 *
 * Return: the number of events, 0 when the deadline passed; -EINTR, -EBADF, -EINVAL, -EFAULT.
 */
LXE_API int32_t lxe_epoll_wait(int32_t epoll_fd, struct lxe_epoll_event *events, int32_t capacity,
                               int64_t deadline, const uint64_t *signal_mask);

/**
 * lxe_epoll_get_params - asks how a set polls network devices. ioctl_eventpoll(2), EPIOCGPARAMS, Linux 6.9
 * @epoll_fd: the set
 * @params: filled in; params->size is set by the caller
 *
 * Return: 0; -ENOTTY before Linux 6.9, or when @epoll_fd is no set; -EOPNOTSUPP where the kernel was built without busy
 * polling; -EBADF, -EFAULT, -EINVAL for a structure without a size, -E2BIG; -EPERM, -ENOSYS or others in a sandbox.
 */
LXE_API int32_t lxe_epoll_get_params(int32_t epoll_fd, struct lxe_epoll_params *params);

/**
 * lxe_epoll_set_params - sets how a set polls network devices. ioctl_eventpoll(2), EPIOCSPARAMS, Linux 6.9
 * @epoll_fd: the set
 * @params: all of them; a member that the caller's structure does not have yet is 0
 *
 * Return: 0; -EINVAL for a member that is out of range, -EPERM for a budget that needs CAP_NET_ADMIN; and as lxe_epoll_get_params.
 */
LXE_API int32_t lxe_epoll_set_params(int32_t epoll_fd, const struct lxe_epoll_params *params);

#ifdef __cplusplus
}
#endif

#endif
