/* SPDX-License-Identifier: MIT */
/*
 * Sends itself a real-time signal with a value, whose handler writes it to a pipe as a signalfd would, and gets it from there by epoll: what the
 * relay does, for one signal and one reader who share everything at compile time. See ../contest.h; ./signals.h for the flood.
 */
#include "signals.h"
#include <fcntl.h>
#include <sys/signalfd.h>

static int ends[2];

static void handle(int signal, siginfo_t *info, void *context)
{
    (void)context;
    int saved_errno = errno;
    struct signalfd_siginfo record = {
        .ssi_signo = (uint32_t)signal, .ssi_code = info->si_code, .ssi_pid = (uint32_t)info->si_pid, .ssi_uid = info->si_uid,
        .ssi_int = info->si_value.sival_int, .ssi_ptr = (uint64_t)(uintptr_t)info->si_value.sival_ptr,
    };
    if (write(ends[1], &record, sizeof record) != sizeof record)
        dropped++;
    errno = saved_errno;
}

int main(int argc, char **argv)
{
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0 || fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) < 0)
        fail("pipe2");
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    if (sigaction(SIGNAL, &action, NULL) != 0)
        fail("sigaction");
    return play(argc, argv, ends[0]);
}
