/* SPDX-License-Identifier: MIT */
/** What the relay tests share. */
#ifndef RELAY_SUPPORT_H
#define RELAY_SUPPORT_H

#include "check.h"

#include <fcntl.h>
#include <signal.h>

#define BIT(signal) (UINT64_C(1) << ((signal) - 1))

/** The signal of most tests. */
#define SIGNAL (SIGRTMIN + 6)

/** Sends a signal with a value to this process. */
static inline void queue(int signal, int value)
{
    union sigval sent;
    memset(&sent, 0, sizeof sent);
    sent.sival_int = value;
    MUST(sigqueue(getpid(), signal, sent));
}

/** Sends SIGNAL with a value to this thread. */
static inline void queue_to_itself(int value)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = SIGNAL;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    MUST(syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGNAL, &info));
}

static inline uintptr_t handler_of(int signal)
{
    struct sigaction action;
    MUST(sigaction(signal, NULL, &action));
    return (uintptr_t)action.sa_handler;
}

/** Subscribes to SIGNAL. */
static inline int32_t open_relay(void)
{
    int32_t fd = lxe_relay_open(BIT(SIGNAL), LXE_NONBLOCK, 100);
    CHECK(fd >= 0);
    return fd;
}

/** How many signals wait. */
static inline int drain(int32_t fd)
{
    struct lxe_signal_info infos[200];
    int32_t count = lxe_relay_read(fd, infos, 200);
    CHECK(count > 0 || count == -EAGAIN);
    return count > 0 ? count : 0;
}

static volatile sig_atomic_t arrived;

static inline void arrive(int signal)
{
    arrived = signal;
}

/** Ends the program as skipped where a signal to oneself comes later than the kernel would send it. */
static inline void skip_without_prompt_signals(void)
{
    signal(SIGUSR1, arrive);
    queue(SIGUSR1, 0);
    if (arrived != SIGUSR1)
        skip_program("signals come late and not all here, as under valgrind");
    signal(SIGUSR1, SIG_DFL);
}

static inline int call(void *test)
{
    (*(void (**)(void))test)();
    return 0;
}

/** Runs a test in a process of its own, which must end with this wait status. */
static inline void in_fork(const char *name, void (*test)(void), int status)
{
    CHECK_EQ(reap_child(start_child(call, &test)), status);
    printf("ok %s\n", name);
}

#define IN_FORK(test, status) in_fork(#test, test, status)

#endif
