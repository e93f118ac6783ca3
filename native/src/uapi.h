/* SPDX-License-Identifier: MIT */
/**
 * What the kernel has and old headers lack, defined once and under our own names, so that the library
 * is the same whatever headers it is built with. Everything older than Linux 3.10 comes from the system's headers.
 */
#ifndef LXE_UAPI_H
#define LXE_UAPI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#if defined(__alpha__) || defined(__mips__) || (defined(__x86_64__) && defined(__ILP32__))
#error "the system call numbers below do not hold for this processor"
#endif

/* System calls. From 403 on every processor has the same numbers. */
#define LXE_NR_TIMERFD_GETTIME64 410 /* 32-bit processors only. Linux 5.1 */
#define LXE_NR_TIMERFD_SETTIME64 411 /* 32-bit processors only. Linux 5.1 */
#define LXE_NR_PIDFD_SEND_SIGNAL 424 /* Linux 5.1 */
#define LXE_NR_PIDFD_OPEN 434        /* Linux 5.3 */
#define LXE_NR_CLONE3 435            /* Linux 5.3 */
#define LXE_NR_CLOSE_RANGE 436       /* Linux 5.9 */
#define LXE_NR_PIDFD_GETFD 438       /* Linux 5.6 */
#define LXE_NR_EPOLL_PWAIT2 441      /* Linux 5.11 */

/* 32-bit processors: the calls with 32-bit times, which some C libraries give other names. */
#if defined(SYS_timerfd_settime32)
#define LXE_NR_TIMERFD_GETTIME SYS_timerfd_gettime32
#define LXE_NR_TIMERFD_SETTIME SYS_timerfd_settime32
#else
#define LXE_NR_TIMERFD_GETTIME SYS_timerfd_gettime
#define LXE_NR_TIMERFD_SETTIME SYS_timerfd_settime
#endif

/* 32-bit processors: the calls with 32-bit user and group ids. */
#if defined(SYS_setresuid32)
#define LXE_NR_GETUID SYS_getuid32
#define LXE_NR_GETRESUID SYS_getresuid32
#define LXE_NR_GETRESGID SYS_getresgid32
#define LXE_NR_GETGROUPS SYS_getgroups32
#define LXE_NR_SETRESUID SYS_setresuid32
#define LXE_NR_SETRESGID SYS_setresgid32
#define LXE_NR_SETGROUPS SYS_setgroups32
#else
#define LXE_NR_GETUID SYS_getuid
#define LXE_NR_GETRESUID SYS_getresuid
#define LXE_NR_GETRESGID SYS_getresgid
#define LXE_NR_GETGROUPS SYS_getgroups
#define LXE_NR_SETRESUID SYS_setresuid
#define LXE_NR_SETRESGID SYS_setresgid
#define LXE_NR_SETGROUPS SYS_setgroups
#endif

/** The size of the kernel's signal sets, in bytes. */
#define LXE_UAPI_SIGSET_SIZE ((size_t)8)

/* clone(2), close_range(2), waitid(2), timerfd_settime(2) */
#define LXE_UAPI_CLONE_PIDFD 0x1000       /* Linux 5.2; older kernels ignore it */
#define LXE_UAPI_CLONE_CLEAR_SIGHAND 0x100000000ULL /* clone3 only. Linux 5.5 */
#define LXE_UAPI_CLOSE_RANGE_CLOEXEC 0x4u /* Linux 5.11 */
#define LXE_UAPI_P_PIDFD 3                /* Linux 5.4 */
#define LXE_UAPI_TFD_TIMER_CANCEL_ON_SET 0x2

/** The first version of struct clone_args. */
struct lxe_uapi_clone_args {
    uint64_t flags;
    uint64_t pidfd;
    uint64_t child_tid;
    uint64_t parent_tid;
    uint64_t exit_signal;
    uint64_t stack;
    uint64_t stack_size;
    uint64_t tls;
};
_Static_assert(sizeof(struct lxe_uapi_clone_args) == 64, "the size says which version it is");

/* ioctl_tty(2) */
#define LXE_UAPI_TIOCGPTPEER _IO('T', 0x41) /* Linux 4.13 */

/* madvise(2) */
#define LXE_UAPI_MADV_WIPEONFORK 18 /* Linux 4.14 */

/* pidfd_open(2), pidfd_send_signal(2) */
#define LXE_UAPI_PIDFD_NONBLOCK 0x800u /* O_NONBLOCK. Linux 5.10 */
#define LXE_UAPI_PIDFD_THREAD 0x80u    /* O_EXCL. Linux 6.9 */
#define LXE_UAPI_PIDFD_SIGNAL_THREAD 0x1u
#define LXE_UAPI_PIDFD_SIGNAL_THREAD_GROUP 0x2u
#define LXE_UAPI_PIDFD_SIGNAL_PROCESS_GROUP 0x4u

/* The bits of struct lxe_uapi_pidfd_info.mask. Linux 6.13; EXIT Linux 6.15 */
#define LXE_UAPI_PIDFD_INFO_PID 0x1u
#define LXE_UAPI_PIDFD_INFO_CREDS 0x2u
#define LXE_UAPI_PIDFD_INFO_CGROUPID 0x4u
#define LXE_UAPI_PIDFD_INFO_EXIT 0x8u

/** The first version of struct pidfd_info, which every later kernel accepts. */
struct lxe_uapi_pidfd_info {
    uint64_t mask;
    uint64_t cgroupid;
    uint32_t pid;
    uint32_t tgid;
    uint32_t ppid;
    uint32_t ruid;
    uint32_t rgid;
    uint32_t euid;
    uint32_t egid;
    uint32_t suid;
    uint32_t sgid;
    uint32_t fsuid;
    uint32_t fsgid;
    int32_t exit_code; /* Linux 6.15; spare before */
};
_Static_assert(sizeof(struct lxe_uapi_pidfd_info) == 64, "the size is part of the request's number");

/** _IOWR(0xff, 11, struct pidfd_info) */
#define LXE_UAPI_PIDFD_GET_INFO 0xc040ff0bu

/** struct epoll_params. Linux 6.9 */
struct lxe_uapi_epoll_params {
    uint32_t busy_poll_usecs;
    uint16_t busy_poll_budget;
    uint8_t prefer_busy_poll;
    uint8_t pad;
};
_Static_assert(sizeof(struct lxe_uapi_epoll_params) == 8, "the size is part of the requests' numbers");

/** _IOW(0x8a, 1, struct epoll_params), _IOR(0x8a, 2, struct epoll_params) */
#define LXE_UAPI_EPIOCSPARAMS 0x40088a01u
#define LXE_UAPI_EPIOCGPARAMS 0x80088a02u

/** struct __kernel_timespec: 64 bits on every processor. */
struct lxe_uapi_timespec {
    int64_t seconds;
    int64_t nanoseconds;
};

/** struct __kernel_itimerspec */
struct lxe_uapi_itimerspec {
    struct lxe_uapi_timespec interval;
    struct lxe_uapi_timespec value;
};

/** struct __kernel_old_timespec: as wide as a register. The same as above on 64-bit processors. */
struct lxe_uapi_old_timespec {
    long seconds;
    long nanoseconds;
};

/** struct old_itimerspec32, or on 64-bit processors struct __kernel_itimerspec */
struct lxe_uapi_old_itimerspec {
    struct lxe_uapi_old_timespec interval;
    struct lxe_uapi_old_timespec value;
};

/** struct __kernel_old_timeval */
struct lxe_uapi_old_timeval {
    long seconds;
    long microseconds;
};

/** struct linux_dirent64, of getdents64(2) */
struct lxe_uapi_dirent {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

/** struct rusage as the kernel writes it; that of some C libraries is wider. */
struct lxe_uapi_rusage {
    struct lxe_uapi_old_timeval user;
    struct lxe_uapi_old_timeval system;
    long max_rss; /* kibibytes */
    long others[13];
};
_Static_assert(sizeof(struct lxe_uapi_rusage) == 18 * sizeof(long), "as the kernel has it");

#endif
