/* SPDX-License-Identifier: MIT */
/**
 * A received signal, whichever way it came: by signalfd or by the relay; blocking signals for signalfd; and sending them by number.
 * A process that may end meanwhile is signalled more safely by pidfd (pidfd.h).
 */
#ifndef LINUXEVENTS_SIGNAL_H
#define LINUXEVENTS_SIGNAL_H

#include "base.h"

/* struct lxe_signal_info.code: who sent it. sigaction(2) */
#define LXE_SIGNAL_USER 0      /* kill */
#define LXE_SIGNAL_KERNEL 0x80 /* the kernel: a key on the terminal, ... */
#define LXE_SIGNAL_QUEUE -1    /* sigqueue: has a value */
#define LXE_SIGNAL_TIMER -2    /* a POSIX timer: has a value, timer_id and overrun */
#define LXE_SIGNAL_MESSAGE -3  /* a POSIX message queue: has a value */
#define LXE_SIGNAL_ASYNC_IO -4
#define LXE_SIGNAL_SIGIO -5
#define LXE_SIGNAL_THREAD -6   /* tkill, tgkill, pthread_kill */

/** 128 bytes, laid out as the kernel's struct signalfd_siginfo. What does not apply to the signal is 0. */
struct lxe_signal_info {
    uint32_t signal;
    int32_t error;
    int32_t code;         /* LXE_SIGNAL_..., or what sigaction(2) lists for this signal */
    uint32_t pid;         /* the sender's process, as this process sees it */
    uint32_t uid;         /* the sender's real user */
    int32_t fd;           /* SIGIO: the descriptor */
    uint32_t timer_id;
    uint32_t band;        /* SIGIO: the events */
    uint32_t overrun;
    uint32_t trap;
    int32_t status;       /* SIGCHLD: exit code or signal */
    int32_t value_int;    /* the value that came with it, as int ... */
    uint64_t value_ptr;   /* ... and whole */
    uint64_t user_time;   /* SIGCHLD: clock ticks */
    uint64_t system_time; /* SIGCHLD: clock ticks */
    uint64_t address;     /* hardware faults */
    uint16_t address_lsb;
    uint16_t reserved0;
    int32_t syscall_number; /* SIGSYS */
    uint64_t call_address;
    uint32_t arch;
    uint32_t reserved1;
    uint64_t reserved2;
    uint64_t reserved3;
    uint64_t reserved4;
};

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_signal_block_all_threads - blocks signals in every thread of the process, as signalfd needs it
 * @signals: the set: bit n-1 is signal n
 * @deadline: when to give up, in nanoseconds of CLOCK_MONOTONIC, or LXE_NO_DEADLINE
 * @thread: receives the id of the thread that was waited for when the time was up, otherwise 0; or NULL
 *
 * Each thread is interrupted once or a few times by the highest real-time signal that has its default action, whose handler
 * stays installed from then on. Threads that are made meanwhile or later have the signals blocked, too, but not a
 * thread that is in a signal handler: it gets its former mask back when the handler returns. And whoever unblocks
 * them afterwards has them unblocked. What an earlier call blocked is blocked again.
 *
 * A thread that blocks everything counts as done: should it unblock @signals later, they are blocked again before it takes one
 * that was sent to the process. A thread that blocks every real-time signal and not @signals can't be reached. When this fails, some threads
 * may block the signals already.
 *
 * Needs /proc. Waits until all threads have answered. Not async-signal-safe.
 *
 * Return: 0; -ETIMEDOUT, -EINVAL for an empty set, SIGKILL, SIGSTOP, signals of faults (SIGSEGV, SIGBUS, SIGFPE, SIGILL,
 * SIGTRAP, SIGSYS) and libc's own, -EBUSY when no real-time signal is free, -ENOENT without /proc, -EMFILE, -ENFILE, -ENOMEM.
 */
LXE_API int32_t lxe_signal_block_all_threads(uint64_t signals, int64_t deadline, int32_t *thread);

/**
 * lxe_signal_send - sends a signal to a process, by its number. kill(2)
 * @pid: the process, above 0 (0 and below would mean groups, or everybody)
 * @signal: its number; 0 sends nothing and only checks
 *
 * Async-signal-safe. What is true of the number when this is called may not be true of the process that was meant.
 *
 * Return: 0, also for a zombie; -ESRCH, -EPERM, -EINVAL for another signal or pid.
 */
LXE_API int32_t lxe_signal_send(int32_t pid, int32_t signal);

/**
 * lxe_signal_queue - sends a signal with a value to a process, by its number. sigqueue(3)
 * @pid: the process, above 0
 * @signal: its number; 0 sends nothing and only checks
 * @value: what the receiver finds in si_value: as sival_ptr all of it (on 32-bit processors the low half), as sival_int the low half
 *
 * As lxe_pidfd_queue. Async-signal-safe.
 *
 * Return: as lxe_signal_send, and -EAGAIN when the receiver's user has as many signals queued as RLIMIT_SIGPENDING allows.
 */
LXE_API int32_t lxe_signal_queue(int32_t pid, int32_t signal, uint64_t value);

/**
 * lxe_signal_send_group - sends a signal to every process of a group. killpg(3)
 * @group: the group, above 1: the kernel has no way to name group 1 (kill(-1) means everybody), nor has this function
 * @signal: its number; 0 sends nothing and only checks
 *
 * Async-signal-safe.
 *
 * Return: 0 when one process was signalled at least; -ESRCH when the group is empty, -EPERM when no member may be signalled,
 * -EINVAL.
 */
LXE_API int32_t lxe_signal_send_group(int32_t group, int32_t signal);

/**
 * lxe_signal_send_thread - sends a signal to one thread. tgkill(2)
 * @pid: the thread's process, above 0
 * @thread: the thread's id, above 0
 * @signal: its number; 0 sends nothing and only checks
 *
 * No other thread of the process can take it, or read it from a signalfd. What the signal's action does, it does to the whole process.
 * Async-signal-safe.
 *
 * Return: 0; -ESRCH when the process has no such thread, -EPERM, -EINVAL, -EAGAIN for a real-time signal when too many are queued.
 */
LXE_API int32_t lxe_signal_send_thread(int32_t pid, int32_t thread, int32_t signal);

#ifdef __cplusplus
}
#endif

#endif
