/* SPDX-License-Identifier: MIT */
/**
 * What this kernel, this sandbox and this build can do.
 *
 * A feature is looked for when it is first needed (never when the library is loaded) and remembered. A
 * passing shortage (EMFILE, ENFILE, ENOMEM) is never remembered as "missing".
 *
 * A feature can be switched off, which takes the same path as a kernel without it: by
 * lxe_feature_disable, or before the program starts by the environment variable LINUXEVENTS_DISABLE, a
 * list of feature names separated by commas, without spaces. The library passes over names that it does not
 * know; lxe-info tells them. A program that runs with another's privileges (AT_SECURE) should clear that variable first.
 */
#ifndef LINUXEVENTS_FEATURE_H
#define LINUXEVENTS_FEATURE_H

#include "base.h"

/* The features, numbered from 0 without gaps. */
#define LXE_FEATURE_EPOLL_PWAIT2 0      /* epoll_pwait2: waits in nanoseconds. Linux 5.11 */
#define LXE_FEATURE_CLOSE_RANGE 1       /* close_range. Linux 5.9 */
#define LXE_FEATURE_CLONE_PIDFD 2       /* a child's pidfd comes with its birth. Linux 5.2 */
#define LXE_FEATURE_PIDFD_OPEN 3        /* pidfd_open, and a pidfd that polls. Linux 5.3 */
#define LXE_FEATURE_PIDFD_NONBLOCK 4    /* LXE_NONBLOCK for lxe_pidfd_open. Linux 5.10 */
#define LXE_FEATURE_PIDFD_THREAD 5      /* LXE_PIDFD_THREAD for lxe_pidfd_open. Linux 6.9 */
#define LXE_FEATURE_PIDFD_SIGNAL 6      /* pidfd_send_signal. Linux 5.1 */
#define LXE_FEATURE_PIDFD_WAIT 7        /* waitid with P_PIDFD. Linux 5.4 */
#define LXE_FEATURE_PIDFD_GETFD 8       /* pidfd_getfd. Linux 5.6 */
#define LXE_FEATURE_PIDFD_INFO 9        /* PIDFD_GET_INFO. Linux 6.13 */
#define LXE_FEATURE_PIDFD_EXIT_INFO 10  /* the wait status of a process that somebody else reaped. Linux 6.15 */
#define LXE_FEATURE_PIDFD_SIGNAL_GROUP 11 /* the flags of lxe_pidfd_signal: whom the signal reaches. Linux 6.9 */
#define LXE_FEATURE_EPOLL_PARAMS 12     /* lxe_epoll_get_params and _set_params. Linux 6.9 */
#define LXE_FEATURE_CLONE_CLEAR_SIGHAND 13 /* a child is born without the caller's signal handlers; not on 32-bit arm. Linux 5.5 */
#define LXE_FEATURE_COUNT 14            /* how many there are in these headers */

/* struct lxe_feature_info.state */
#define LXE_FEATURE_MISSING 0   /* neither kernel nor sandbox offers it */
#define LXE_FEATURE_PRESENT 1   /* it works */
#define LXE_FEATURE_DISABLED 2  /* switched off by lxe_feature_disable or LINUXEVENTS_DISABLE */

/** What is known of a feature. The strings live as long as the library. */
struct lxe_feature_info {
    uint32_t size;          /* sizeof(struct lxe_feature_info), set by the caller */
    uint32_t state;         /* LXE_FEATURE_MISSING, _PRESENT or _DISABLED */
    int32_t error;          /* the errno value that the probe met (EPERM where a sandbox kills); 0 unless missing */
    uint32_t kernel;        /* the first kernel that has it: major << 16 | minor */
    const char *name;       /* as LINUXEVENTS_DISABLE spells it, "epoll_pwait2" */
    const char *substitute; /* what serves in its place, or NULL when nothing does */
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_feature_query - says whether a feature is there, and if not, why
 * @feature: LXE_FEATURE_...
 * @info: filled in; info->size is set by the caller
 *
 * Not async-signal-safe: a first query makes system calls to find out, and one that a sandbox may answer
 * by killing is tried in a child of its own.
 *
 * Return: 1 when the feature is present, 0 when it is missing or disabled; -EINVAL for an unknown
 * feature; -EMFILE, -ENFILE, -ENOMEM or -EAGAIN when there was no room to find out: ask again.
 */
LXE_API int32_t lxe_feature_query(uint32_t feature, struct lxe_feature_info *info);

/**
 * lxe_feature_disable - switches a feature off for this process, for good
 * @feature: LXE_FEATURE_...
 *
 * For tests of what happens without it. What exists only with it goes too: with pidfd_open its flags
 * (pidfd_nonblock, pidfd_thread), with pidfd_signal pidfd_signal_group, with pidfd_info pidfd_exit_info. Calls that are under way are not affected.
 *
 * Return: 0, or -EINVAL for an unknown feature.
 */
LXE_API int32_t lxe_feature_disable(uint32_t feature);

#ifdef __cplusplus
}
#endif

#endif
